#include "ws/frame_writer.h"

#include <cstring>

#include "ws/frame_header.h"

namespace wscope::ws {
namespace {

// What an idle connection keeps of buffers that were larger once.
constexpr std::size_t kKept = std::size_t{1} << 20;

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
  ++counters_.messages_sent;
  counters_.payload_sent += data.size();
  if (codec != nullptr && codec->worth_deflating(data.size())) {
    compressed(opcode, data, *codec);
  } else {
    frame(kFin | opcode, data);
  }
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
