// Preloaded into wscope: the N-th operation on a network socket fails, or reads and writes are short.
//
//   WSCOPE_FAULT=N        operation number N (from 1) fails and so do all on that socket after it;
//                         the peer sees the connection end
//   WSCOPE_FAULT_ERRNO=E  with this errno (default ECONNRESET); 0: recv tells the end of the stream
//   WSCOPE_FAULT_COUNT=F  writes the number of operations to the file F at the end
//   WSCOPE_FAULT_SHORT=S  recv and send move at most S bytes at a time
//
// Operations are socket, connect, getsockopt(SO_ERROR), recv and send of AF_INET, AF_INET6 and
// AF_UNIX stream sockets.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static long operations;
static int broken_fd = -1;

static long setting(const char* name, long fallback) {
  const char* text = getenv(name);
  return text != NULL && *text != '\0' ? atol(text) : fallback;
}

static void* next(const char* name) { return dlsym(RTLD_NEXT, name); }

/// Counts; nonzero when this operation is to fail, with errno set.
static int fails(int fd) {
  ++operations;
  if (operations == setting("WSCOPE_FAULT", -1)) {
    broken_fd = fd;
    shutdown(fd, SHUT_RDWR);  // as a real one, it becomes readable and the peer is told
  }
  if (broken_fd < 0 || broken_fd != fd) return 0;
  errno = (int)setting("WSCOPE_FAULT_ERRNO", ECONNRESET);
  return 1;
}

static size_t limited(size_t size) {
  const long most = setting("WSCOPE_FAULT_SHORT", 0);
  return most > 0 && size > (size_t)most ? (size_t)most : size;
}

__attribute__((destructor)) static void tell(void) {
  const char* path = getenv("WSCOPE_FAULT_COUNT");
  if (path == NULL || *path == '\0') return;
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  char text[32];
  const int size = snprintf(text, sizeof text, "%ld\n", operations);
  if (write(fd, text, (size_t)size) != size) _exit(99);
  close(fd);
}

int socket(int family, int type, int protocol) {
  int (*real)(int, int, int) = (int (*)(int, int, int))next("socket");
  const int fd = real(family, type, protocol);
  if ((family != AF_INET && family != AF_INET6 && family != AF_UNIX) || fd < 0) return fd;
  if (!fails(fd)) return fd;
  close(fd);
  broken_fd = -1;
  if (errno == 0) errno = EMFILE;
  return -1;
}

int connect(int fd, const struct sockaddr* address, socklen_t size) {
  int (*real)(int, const struct sockaddr*, socklen_t) =
      (int (*)(int, const struct sockaddr*, socklen_t))next("connect");
  if (!fails(fd)) return real(fd, address, size);
  if (errno == 0) errno = ECONNREFUSED;
  return -1;
}

int getsockopt(int fd, int level, int option, void* value, socklen_t* size) {
  int (*real)(int, int, int, void*, socklen_t*) =
      (int (*)(int, int, int, void*, socklen_t*))next("getsockopt");
  const int result = real(fd, level, option, value, size);
  if (level != SOL_SOCKET || option != SO_ERROR || result != 0 || !fails(fd)) return result;
  const int number = errno == 0 ? ECONNREFUSED : errno;
  memcpy(value, &number, sizeof number);
  return 0;
}

ssize_t recv(int fd, void* data, size_t size, int flags) {
  ssize_t (*real)(int, void*, size_t, int) =
      (ssize_t(*)(int, void*, size_t, int))next("recv");
  if (fails(fd)) return errno == 0 ? 0 : -1;
  return real(fd, data, limited(size), flags);
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
  ssize_t (*real)(int, const void*, size_t, int) =
      (ssize_t(*)(int, const void*, size_t, int))next("send");
  if (fails(fd)) {
    if (errno == 0) errno = EPIPE;
    return -1;
  }
  return real(fd, data, limited(size), flags);
}
