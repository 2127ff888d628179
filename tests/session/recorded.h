// A recording in a temporary file, written line by line for a test.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "input/recording.h"

/// "send a" at 1 → a line of a recording.
inline std::string said(double t, const std::string& dir, const std::string& data) {
  return R"({"t":)" + std::to_string(t) + R"(,"event":"message","dir":")" + dir +
         R"(","type":"text","data":")" + data + "\"}\n";
}

inline std::string opened(double t) {
  return R"({"t":)" + std::to_string(t) + R"(,"event":"open","subprotocol":""})" + "\n";
}

inline std::string close_line(double t, const std::string& first, int code) {
  return R"({"t":)" + std::to_string(t) + R"(,"event":"close","first":")" + first + R"(","code":)" +
         std::to_string(code) + R"(,"reason":""})" + "\n";
}

inline std::shared_ptr<const wscope::input::Recording> recorded(const std::string& lines) {
  char name[] = "/tmp/wscope-recorded-XXXXXX";
  ::close(::mkstemp(name));
  std::ofstream(name, std::ios::binary) << lines;
  auto recording = wscope::input::Recording::open(name);
  std::remove(name);  // it stays open
  REQUIRE(recording);
  return *recording;
}
