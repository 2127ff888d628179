#include "output/message_writers.h"

#include <string>

#include "base/byte_text.h"
#include "output/json_text.h"

namespace wscope::output {
namespace {

class Writer : public EventSink {
 public:
  explicit Writer(OutputStream& out) : out_(out) {}
  void on_dialect_line(const Message& line) override { on_message(line); }
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
  DecoratedWriter(OutputFormat format, OutputStream& out, TimeStamper& stamper, bool pretty,
                  const Palette& palette)
      : Writer(out),
        format_(format),
        end_(format == OutputFormat::kNul ? '\0' : '\n'),
        stamper_(stamper),
        style_{pretty, false, palette} {}

  void on_message(const Message& message) override {
    if (message.direction != Direction::kReceived) {
      stamper_.touch();
      return;
    }
    const bool has_no_line = format_ == OutputFormat::kText || format_ == OutputFormat::kAuto;
    if (message.type == MessageType::kBinary && has_no_line) {
      out_.put(message.data);
      return;
    }
    line_.clear();
    stamper_.append(line_);
    append_body(message);
    out_.put_line(line_, end_);
    if (line_.capacity() > OutputStream::kHighWater) line_ = {};
  }

 private:
  void append_body(const Message& message) {
    if (format_ == OutputFormat::kHex) return append_hex(line_, message.data);
    if (format_ == OutputFormat::kBase64) return append_base64(line_, message.data);
    const bool as_json =
        message.type == MessageType::kText && (style_.indent || style_.palette.enabled());
    if (!as_json || !append_json(line_, message.data, style_)) line_ += message.data;
  }

  const OutputFormat format_;
  const char end_;
  TimeStamper& stamper_;
  JsonStyle style_;
  std::string line_;
};

}  // namespace

std::unique_ptr<EventSink> make_decorated_writer(OutputFormat format, OutputStream& out,
                                                 TimeStamper& stamper, bool pretty,
                                                 const Palette& palette) {
  return std::make_unique<DecoratedWriter>(format, out, stamper, pretty, palette);
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
