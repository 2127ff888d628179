#include "ws/frame_writer.h"

#include <cstring>

#include "ws/frame_header.h"

namespace wscope::ws {
namespace {

// What an idle connection keeps of buffers that were larger once.
constexpr std::size_t kKept = std::size_t{1} << 20;
// From here on copying costs more than it leaves in the cache: the pages of the copy are new.
constexpr std::size_t kWorthTaking = std::size_t{1} << 20;

}  // namespace

FrameWriter::FrameWriter(bool masks, EngineCounters& counters)
    : masks_(masks), keys_(MaskPool::of_this_thread()), counters_(counters) {}

void FrameWriter::frame(std::uint8_t first, std::string_view payload) {
  char* to = out_.grow(kMaxHeader + payload.size());
  std::size_t header = write_frame_header(to, first, payload.size(), masks_);
  if (masks_) {
    const std::uint32_t key = keys_.next();
    std::memcpy(to + header, &key, sizeof key);
    header += sizeof key;
    mask_copy(to + header, payload.data(), payload.size(), key);
  } else if (!payload.empty()) {
    std::memcpy(to + header, payload.data(), payload.size());
  }
  out_.added(header + payload.size());
  counters_.wire_sent += header + payload.size();
}

void FrameWriter::message(std::uint8_t opcode, std::string_view data, DeflateCodec* codec) {
  count_message(data.size());
  if (codec != nullptr && codec->worth_deflating(data.size())) {
    compressed(opcode, data, *codec);
  } else {
    frame(kFin | opcode, data);
  }
}

void FrameWriter::count_message(std::size_t size) {
  ++counters_.messages_sent;
  counters_.payload_sent += size;
}

void FrameWriter::whole_message(std::uint8_t opcode, ByteBuffer& data, DeflateCodec* codec) {
  const bool taken = out_.empty() && codec == nullptr && data.size() >= kWorthTaking &&
                     data.front_room() >= kMaxHeader;
  if (!taken) return message(opcode, data.view(), codec);
  const std::size_t size = data.size();
  count_message(size);
  char header[kMaxHeader];
  std::size_t header_size = write_frame_header(header, kFin | opcode, size, masks_);
  if (masks_) {
    const std::uint32_t key = keys_.next();
    std::memcpy(header + header_size, &key, sizeof key);
    header_size += sizeof key;
    mask_in_place(data.data(), size, key);
  }
  data.prepend({header, header_size});
  data.swap(out_);
  counters_.wire_sent += header_size + size;
}

void FrameWriter::compressed(std::uint8_t opcode, std::string_view data, DeflateCodec& codec) {
  deflated_.clear();
  if (!codec.deflate(data, deflated_)) {
    frame(kFin | opcode, data);
    return;
  }
  frame(kFin | kRsv1 | opcode, deflated_.view());
  counters_.deflated += data.size();
  counters_.compressed_out += deflated_.size();
  deflated_.clear();
  deflated_.shrink(kKept);
}

void FrameWriter::written(std::size_t size) {
  out_.consume(size);
  if (out_.empty()) out_.shrink(kKept);
}

}  // namespace wscope::ws
