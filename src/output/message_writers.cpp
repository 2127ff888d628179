#include "output/message_writers.h"

#include <string>

#include "base/byte_text.h"
#include "output/json_text.h"

namespace wscope::output {
namespace {

class Writer : public EventSink {
 public:
  explicit Writer(OutputStream& out) : out_(out) {}
  void flush() override { out_.flush(); }

 protected:
  OutputStream& out_;  // NOLINT: the writers below are this class with one function each
};

class TextWriter final : public Writer {
 public:
  using Writer::Writer;
  void on_message(const Message& message) override {
    if (message.direction != Direction::kReceived) return;
    if (message.type == MessageType::kText) {
      out_.put_line(message.data, '\n');
    } else {
      out_.put(message.data);
    }
  }
  void on_piece(const Message& piece, bool last) override {
    if (last && piece.type == MessageType::kText) {
      out_.put_line(piece.data, '\n');
    } else {
      out_.put(piece.data);
    }
  }
  bool takes_pieces() const override { return true; }
};

class NulWriter final : public Writer {
 public:
  using Writer::Writer;
  void on_message(const Message& message) override {
    if (message.direction == Direction::kReceived) out_.put_line(message.data, '\0');
  }
  void on_piece(const Message& piece, bool last) override {
    out_.put(piece.data);
    if (last) out_.put_line({}, '\0');
  }
  bool takes_pieces() const override { return true; }
};

class RawWriter final : public Writer {
 public:
  using Writer::Writer;
  void on_message(const Message& message) override {
    if (message.direction == Direction::kReceived) out_.put(message.data);
  }
  void on_piece(const Message& piece, bool /*last*/) override { out_.put(piece.data); }
  bool takes_pieces() const override { return true; }
};

using Encode = void (*)(std::string&, std::string_view);

template <Encode encode>
class EncodingWriter final : public Writer {
 public:
  using Writer::Writer;
  void on_message(const Message& message) override {
    if (message.direction != Direction::kReceived) return;
    line_.clear();
    encode(line_, message.data);
    out_.put_line(line_, '\n');
    if (line_.capacity() > OutputStream::kHighWater) line_ = {};
  }

 private:
  std::string line_;
};

class DecoratedWriter final : public Writer {
 public:
  DecoratedWriter(OutputStream& out, TimeStamper& stamper, bool pretty, const Palette& palette)
      : Writer(out), stamper_(stamper), style_{pretty, false, palette} {}

  void on_message(const Message& message) override {
    if (message.direction != Direction::kReceived) {
      stamper_.touch();
      return;
    }
    if (message.type == MessageType::kBinary) {
      out_.put(message.data);
      return;
    }
    line_.clear();
    stamper_.append(line_);
    const bool as_json = style_.indent || style_.palette.enabled();
    if (!as_json || !append_json(line_, message.data, style_)) line_ += message.data;
    out_.put_line(line_, '\n');
    if (line_.capacity() > OutputStream::kHighWater) line_ = {};
  }

 private:
  TimeStamper& stamper_;
  JsonStyle style_;
  std::string line_;
};

}  // namespace

std::unique_ptr<EventSink> make_decorated_writer(OutputStream& out, TimeStamper& stamper,
                                                 bool pretty, const Palette& palette) {
  return std::make_unique<DecoratedWriter>(out, stamper, pretty, palette);
}

std::unique_ptr<EventSink> make_message_writer(OutputFormat format, OutputStream& out) {
  switch (format) {
    case OutputFormat::kNul:
      return std::make_unique<NulWriter>(out);
    case OutputFormat::kRaw:
      return std::make_unique<RawWriter>(out);
    case OutputFormat::kHex:
      return std::make_unique<EncodingWriter<append_hex>>(out);
    case OutputFormat::kBase64:
      return std::make_unique<EncodingWriter<append_base64>>(out);
    case OutputFormat::kAuto:
    case OutputFormat::kText:
    case OutputFormat::kJson:
      break;
  }
  return std::make_unique<TextWriter>(out);
}

}  // namespace wscope::output
