#include "net/tls_stream.h"

#include <openssl/err.h>

#include <algorithm>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <new>
#include <optional>
#include <utility>

#include "net/openssl_handles.h"
#include "net/tls_error.h"

namespace wscope::net {

namespace {

constexpr std::size_t kFirstBytes = 256;

using Status = IoResult::Status;

IoResult moved(std::size_t bytes) { return {Status::kOk, bytes, {}}; }
IoResult failed(std::error_code error) { return {Status::kFailed, 0, error}; }
std::error_code aborted() { return asio::error::make_error_code(asio::error::operation_aborted); }

}  // namespace

struct TlsStream::Core : std::enable_shared_from_this<Core> {
  struct Wait {
    WaitHandler handler;                 // empty: nobody waits
    Readiness lower = Readiness::kRead;  // what the lower stream must be ready for
  };

  Core(asio::io_context& event_loop, std::unique_ptr<Stream> lower_stream, SSL* tls);

  static BIO_METHOD* bio_method();
  static int bio_read(BIO* bio, char* data, int size);
  static int bio_write(BIO* bio, const char* data, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);

  IoResult handshake();
  IoResult read(char* data, std::size_t size);
  IoResult write(const char* data, std::size_t size);
  IoResult shutdown();
  void wait(Readiness readiness, WaitHandler handler);
  void cancel();

  void before_call();
  IoResult after_failure(int returned, Readiness& wants);
  std::error_code cause_of_failure();
  void arm(Readiness direction);
  void lower_ready(Readiness direction, std::error_code error);

  asio::io_context& loop;
  std::unique_ptr<Stream> lower;
  SslHandle ssl;
  IoResult read_result;     // the lower stream's last, within the SSL call under way
  IoResult write_result;    // the same
  std::string first_bytes;  // until the handshake is done
  bool handshake_done = false;
  bool notify_sent = false;
  bool read_blocked = false;          // the last read took all whole records there were
  std::optional<IoResult> next_read;  // known already, for the next read
  std::optional<std::error_code> write_error;
  Readiness read_wants = Readiness::kRead;
  Readiness write_wants = Readiness::kWrite;
  Wait reader;
  Wait writer;
  bool lower_waits[2] = {false, false};  // by Readiness
  unsigned generation = 0;               // of the waits; a cancel() begins a new one
};

TlsStream::Core::Core(asio::io_context& event_loop, std::unique_ptr<Stream> lower_stream, SSL* tls)
    : loop(event_loop), lower(std::move(lower_stream)), ssl(tls) {
  BIO* bio = BIO_new(bio_method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(tls, bio, bio);
}

BIO_METHOD* TlsStream::Core::bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wscope stream");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

int TlsStream::Core::bio_read(BIO* bio, char* data, int size) {
  auto* core = static_cast<Core*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  core->read_result = core->lower->read_some(data, static_cast<std::size_t>(size));
  switch (core->read_result.status) {
    case Status::kOk: {
      const std::size_t got = core->read_result.bytes;
      if (!core->handshake_done && core->first_bytes.size() < kFirstBytes) {
        core->first_bytes.append(data, std::min(got, kFirstBytes - core->first_bytes.size()));
      }
      return static_cast<int>(got);
    }
    case Status::kAgain:
      BIO_set_retry_read(bio);
      return -1;
    case Status::kEnd:
      return 0;
    case Status::kFailed:
      break;
  }
  return -1;
}

int TlsStream::Core::bio_write(BIO* bio, const char* data, int size) {
  auto* core = static_cast<Core*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  core->write_result = core->lower->write_some(data, static_cast<std::size_t>(size));
  if (core->write_result.status == Status::kOk) return static_cast<int>(core->write_result.bytes);
  if (core->write_result.status == Status::kAgain) BIO_set_retry_write(bio);
  return -1;
}

long TlsStream::Core::bio_control(BIO* bio, int command, long, void*) {
  auto* core = static_cast<Core*>(BIO_get_data(bio));
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return core->read_result.status == Status::kEnd ? 1 : 0;
  return 0;
}

void TlsStream::Core::before_call() {
  // SSL_get_error looks at the thread's queue: an old entry would be taken for this call's.
  ERR_clear_error();
  read_result = write_result = {};
}

std::error_code TlsStream::Core::cause_of_failure() {
  const std::error_code queued = take_openssl_error();
  if (!handshake_done) {
    // 20 to 24 are the content types of TLS records (RFC 8446 5.1); HTTP begins with a letter.
    const bool tls = first_bytes.empty() || (first_bytes[0] >= 20 && first_bytes[0] <= 24);
    if (!tls) return TlsErrc::kPlainText;
  }
  // In this order: at the lower stream's end OpenSSL still queues an error and writes an alert.
  if (read_result.status == Status::kFailed) return read_result.error;
  if (read_result.status == Status::kEnd) {
    return handshake_done ? TlsErrc::kTruncated : TlsErrc::kEndedInHandshake;
  }
  if (queued) return queued;
  if (write_result.status == Status::kFailed) return write_result.error;
  return std::make_error_code(std::errc::io_error);
}

IoResult TlsStream::Core::after_failure(int returned, Readiness& wants) {
  switch (SSL_get_error(ssl.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      wants = Readiness::kRead;
      return {};
    case SSL_ERROR_WANT_WRITE:
      wants = Readiness::kWrite;
      return {};
    case SSL_ERROR_ZERO_RETURN:
      return {Status::kEnd, 0, {}};
    default:
      return failed(cause_of_failure());
  }
}

IoResult TlsStream::Core::handshake() {
  before_call();
  const int returned = SSL_do_handshake(ssl.get());
  if (returned == 1) {
    handshake_done = true;
    read_blocked = false;
    read_wants = Readiness::kRead;
    first_bytes.clear();
    return moved(0);
  }
  read_blocked = true;
  IoResult result = after_failure(returned, read_wants);
  if (result.status == Status::kEnd) return failed(TlsErrc::kEndedInHandshake);
  return result;
}

IoResult TlsStream::Core::read(char* data, std::size_t size) {
  if (next_read) {
    const IoResult known = *next_read;
    if (known.status == Status::kAgain) next_read.reset();
    return known;
  }
  std::size_t done = 0;
  while (done < size) {
    before_call();
    std::size_t got = 0;
    if (SSL_read_ex(ssl.get(), data + done, size - done, &got) == 1) {
      done += got;
      read_blocked = false;
      // What the lower stream has given already is worth another round, a system call is not.
      if (SSL_has_pending(ssl.get()) == 0) break;
      continue;
    }
    const IoResult result = after_failure(0, read_wants);
    read_blocked = true;
    // Ends and failures stay: OpenSSL has no words for them a second time.
    if (result.status != Status::kAgain || done > 0) next_read = result;
    if (done == 0) return result;
    break;
  }
  return done == 0 ? IoResult{} : moved(done);
}

IoResult TlsStream::Core::write(const char* data, std::size_t size) {
  if (write_error) return failed(*write_error);
  std::size_t done = 0;
  while (done < size) {
    before_call();
    std::size_t wrote = 0;
    if (SSL_write_ex(ssl.get(), data + done, size - done, &wrote) == 1) {
      done += wrote;
      continue;
    }
    IoResult result = after_failure(0, write_wants);
    if (result.status == Status::kEnd)
      result = failed(std::make_error_code(std::errc::broken_pipe));
    if (result.status == Status::kFailed) write_error = result.error;
    if (done == 0) return result;
    break;
  }
  return moved(done);
}

IoResult TlsStream::Core::shutdown() {
  // A second SSL_shutdown would read, and take what the owner has yet to read for an error.
  if (handshake_done && !notify_sent && !write_error) {
    before_call();
    const int returned = SSL_shutdown(ssl.get());
    if (returned < 0 && SSL_get_error(ssl.get(), returned) == SSL_ERROR_WANT_WRITE) {
      write_wants = Readiness::kWrite;
      return {};
    }
    ERR_clear_error();
    notify_sent = true;
  }
  return lower->shutdown_send();
}

void TlsStream::Core::wait(Readiness readiness, WaitHandler handler) {
  const bool reading = readiness == Readiness::kRead;
  if (reading) {
    // A kAgain put aside may be stale by now; anything else is news for the owner.
    if (next_read && next_read->status == Status::kAgain) next_read.reset();
    if (next_read || (!read_blocked && SSL_has_pending(ssl.get()) == 1)) {
      asio::post(loop, [weak = weak_from_this(), mine = generation, handler = std::move(handler)] {
        const auto core = weak.lock();
        handler(core && core->generation == mine ? std::error_code() : aborted());
      });
      return;
    }
  }
  Wait& mine = reading ? reader : writer;
  mine.handler = std::move(handler);
  mine.lower = reading ? read_wants : write_wants;
  arm(mine.lower);
}

void TlsStream::Core::arm(Readiness direction) {
  bool& armed = lower_waits[static_cast<int>(direction)];
  if (armed) return;
  armed = true;
  lower->async_wait(direction,
                    [weak = weak_from_this(), direction, mine = generation](std::error_code error) {
                      const auto core = weak.lock();
                      if (core && core->generation == mine) core->lower_ready(direction, error);
                    });
}

void TlsStream::Core::lower_ready(Readiness direction, std::error_code error) {
  lower_waits[static_cast<int>(direction)] = false;
  WaitHandler due[2];
  if (reader.handler && reader.lower == direction) due[0] = std::exchange(reader.handler, nullptr);
  if (writer.handler && writer.lower == direction) due[1] = std::exchange(writer.handler, nullptr);
  // Read and write may both wait for one direction; the first handler may cancel the other, or
  // destroy the stream.
  const auto alive = weak_from_this();
  const auto mine = generation;
  for (auto& handler : due) {
    if (!handler) continue;
    const bool cancelled = alive.use_count() <= 1 || generation != mine;
    handler(cancelled ? aborted() : error);
  }
}

void TlsStream::Core::cancel() {
  ++generation;
  lower_waits[0] = lower_waits[1] = false;
  lower->cancel();
  for (Wait* wait : {&reader, &writer}) {
    if (!wait->handler) continue;
    asio::post(loop, [handler = std::exchange(wait->handler, nullptr)] { handler(aborted()); });
  }
}

TlsStream::TlsStream(asio::io_context& loop, std::unique_ptr<Stream> lower, ssl_st* ssl,
                     std::shared_ptr<const void> context)
    : context_(std::move(context)), core_(std::make_shared<Core>(loop, std::move(lower), ssl)) {}
TlsStream::~TlsStream() = default;

IoResult TlsStream::handshake() { return core_->handshake(); }
IoResult TlsStream::read_some(char* data, std::size_t size) { return core_->read(data, size); }
IoResult TlsStream::write_some(const char* data, std::size_t size) {
  return core_->write(data, size);
}
std::size_t TlsStream::in_transit() const { return core_->lower->in_transit(); }
IoResult TlsStream::shutdown_send() { return core_->shutdown(); }
void TlsStream::async_wait(Readiness readiness, WaitHandler handler) {
  core_->wait(readiness, std::move(handler));
}
void TlsStream::cancel() { core_->cancel(); }
void TlsStream::close() {
  core_->cancel();
  core_->lower->close();
}
std::string TlsStream::local_address() const { return core_->lower->local_address(); }
std::string TlsStream::peer_address() const { return core_->lower->peer_address(); }
std::string TlsStream::explain(std::error_code error) const {
  return is_tls_error(error) ? error.message() : core_->lower->explain(error);
}
std::string TlsStream::hint(std::error_code error) const {
  return is_tls_error(error) ? tls_hint(error) : core_->lower->hint(error);
}
Stage TlsStream::stage(std::error_code error) const {
  // A cut is the end of the connection; what OpenSSL refuses or the peer's alert is TLS's.
  return error.category() == openssl_category() ? Stage::kTls : core_->lower->stage(error);
}
ssl_st* TlsStream::native() const { return core_->ssl.get(); }
asio::io_context& TlsStream::loop() const { return core_->loop; }
std::string_view TlsStream::first_bytes() const { return core_->first_bytes; }

}  // namespace wscope::net
