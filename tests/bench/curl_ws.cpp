// curl_ws: what `curl ws://…` does, over a libcurl that knows WebSocket, loaded at run time.
//
//   curl_ws LIBCURL receive URL   messages → stdout, nothing between them, as curl's tool does
//   curl_ws LIBCURL send URL      each line of stdin as a text message
//   curl_ws LIBCURL one URL       one message there, one back, Close
//   curl_ws LIBCURL version
//
// Debian 12's curl has no WebSocket; this takes any libcurl 7.86 or later, for instance the one in
// pycurl's wheel, without its headers. curl neither checks UTF-8 nor separates messages.
#include <dlfcn.h>
#include <poll.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "arguments.h"

namespace {

using Handle = void*;
using WriteFunction = std::size_t (*)(char*, std::size_t, std::size_t, void*);

// Values of curl.h, fixed by libcurl's ABI promise.
constexpr int kOptUrl = 10002;
constexpr int kOptWriteData = 10001;
constexpr int kOptWriteFunction = 20011;
constexpr int kOptConnectOnly = 141;
constexpr int kOptVerifyPeer = 64;
constexpr int kOptVerifyHost = 81;
constexpr unsigned kWsText = 1U << 0U;
constexpr unsigned kWsClose = 1U << 3U;
constexpr int kAgain = 81;
constexpr int kInfoActiveSocket = 0x500000 + 44;

struct Frame {
  int age;
  int flags;
  long long offset;
  long long bytes_left;
  std::size_t length;
};

struct Library {
  Handle (*easy_init)();
  int (*easy_setopt)(Handle, int, ...);
  int (*easy_perform)(Handle);
  int (*easy_getinfo)(Handle, int, ...);
  const char* (*easy_strerror)(int);
  const char* (*version)();
  int (*ws_send)(Handle, const void*, std::size_t, std::size_t*, long long, unsigned);
  int (*ws_recv)(Handle, void*, std::size_t, std::size_t*, const Frame**);
  const Frame* (*ws_meta)(Handle);
};

template <typename Function>
void load(void* library, const char* name, Function& function) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) bench::fail(std::string("libcurl has no ") + name);
  std::memcpy(&function, &symbol, sizeof symbol);
}

Library load_library(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW);
  if (handle == nullptr) bench::fail(dlerror());
  Library curl{};
  load(handle, "curl_easy_init", curl.easy_init);
  load(handle, "curl_easy_setopt", curl.easy_setopt);
  load(handle, "curl_easy_perform", curl.easy_perform);
  load(handle, "curl_easy_getinfo", curl.easy_getinfo);
  load(handle, "curl_easy_strerror", curl.easy_strerror);
  load(handle, "curl_version", curl.version);
  load(handle, "curl_ws_send", curl.ws_send);
  load(handle, "curl_ws_recv", curl.ws_recv);
  load(handle, "curl_ws_meta", curl.ws_meta);
  return curl;
}

struct Receiver {
  const Library* curl;
  Handle handle;
};

// libcurl hands over the Close's payload like a message's.
std::size_t write_out(char* data, std::size_t size, std::size_t count, void* user) {
  const auto* receiver = static_cast<const Receiver*>(user);
  const Frame* frame = receiver->curl->ws_meta(receiver->handle);
  if (frame != nullptr && (frame->flags & static_cast<int>(kWsClose)) != 0) return size * count;
  return std::fwrite(data, size, count, stdout);
}

void check(const Library& curl, int code) {
  if (code != 0) bench::fail(curl.easy_strerror(code));
}

void wait_for(const Library& curl, Handle handle, short events) {
  int fd = -1;
  check(curl, curl.easy_getinfo(handle, kInfoActiveSocket, &fd));
  pollfd ready{fd, events, 0};
  poll(&ready, 1, -1);
}

void send_frame(const Library& curl, Handle handle, const char* data, std::size_t size,
                unsigned flags) {
  std::size_t offset = 0;
  for (;;) {
    std::size_t sent = 0;
    const int code = curl.ws_send(handle, data + offset, size - offset, &sent, 0, flags);
    offset += sent;
    if (code == 0 && offset >= size) return;
    if (code != kAgain) check(curl, code);
    if (code == kAgain) wait_for(curl, handle, POLLOUT);
  }
}

std::string receive_frame(const Library& curl, Handle handle) {
  std::string message;
  char buffer[65536];
  for (;;) {
    std::size_t got = 0;
    const Frame* frame = nullptr;
    const int code = curl.ws_recv(handle, buffer, sizeof buffer, &got, &frame);
    if (code == kAgain) {
      wait_for(curl, handle, POLLIN);
      continue;
    }
    check(curl, code);
    message.append(buffer, got);
    if (frame->bytes_left == 0) return message;
  }
}

void close_and_wait(const Library& curl, Handle handle) {
  send_frame(curl, handle, "\x03\xe8", 2, kWsClose);
  char buffer[1024];
  std::size_t got = 0;
  const Frame* frame = nullptr;
  while (curl.ws_recv(handle, buffer, sizeof buffer, &got, &frame) == kAgain) {
    wait_for(curl, handle, POLLIN);
  }
}

void send_lines(const Library& curl, Handle handle) {
  char* line = nullptr;
  std::size_t room = 0;
  ssize_t size = 0;
  while ((size = getline(&line, &room, stdin)) > 0) {
    if (line[size - 1] == '\n') --size;
    send_frame(curl, handle, line, static_cast<std::size_t>(size), kWsText);
  }
  close_and_wait(curl, handle);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const Library curl = load_library(arguments.word("library"));
  const std::string mode = arguments.word("mode");
  if (mode == "version") return std::puts(curl.version()) < 0;
  const std::string url = arguments.word("url");
  arguments.done();

  Handle handle = curl.easy_init();
  curl.easy_setopt(handle, kOptUrl, url.c_str());
  curl.easy_setopt(handle, kOptVerifyPeer, 0L);
  curl.easy_setopt(handle, kOptVerifyHost, 0L);
  Receiver receiver{&curl, handle};
  if (mode == "receive") {
    curl.easy_setopt(handle, kOptWriteData, &receiver);
    curl.easy_setopt(handle, kOptWriteFunction, static_cast<WriteFunction>(write_out));
  } else {
    curl.easy_setopt(handle, kOptConnectOnly, 2L);
  }
  const int code = curl.easy_perform(handle);
  if (mode != "receive") check(curl, code);
  if (mode == "send") send_lines(curl, handle);
  if (mode == "one") {
    send_frame(curl, handle, "hello", 5, kWsText);
    std::printf("%s\n", receive_frame(curl, handle).c_str());
    close_and_wait(curl, handle);
  }
  return 0;
}
