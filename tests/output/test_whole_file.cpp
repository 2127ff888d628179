// Files that appear whole, and bytes that wait for them.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "output/spool.h"
#include "output/whole_file.h"
#include "support/temporary_folder.h"

using namespace wscope;
using namespace wscope::output;
namespace fs = std::filesystem;

namespace {

struct Folder : test::TemporaryFolder {
  std::string file(const std::string& name) const { return *this / name; }
  long count() const { return std::distance(fs::directory_iterator(*this / ""), {}); }
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

}  // namespace

TEST_CASE("a file appears with finish(), for its owner") {
  const Folder folder;
  {
    auto file = WholeFile::open(folder.file("a"));
    REQUIRE(file);
    (*file)->stream().put("text");
    CHECK_FALSE(fs::exists(folder.file("a")));
    CHECK((*file)->finish());
    CHECK(read(folder.file("a")) == "text");
    CHECK(mode(folder.file("a")) == 0600);
  }
  CHECK(read(folder.file("a")) == "text");
  CHECK(folder.count() == 1);
}

TEST_CASE("without finish() what was there stays") {
  const Folder folder;
  std::ofstream(folder.file("a")) << "old";
  REQUIRE(::chmod(folder.file("a").c_str(), 0644) == 0);
  {
    auto file = WholeFile::open(folder.file("a"));
    REQUIRE(file);
    (*file)->stream().put("new");
    (*file)->stream().flush();
  }
  CHECK(read(folder.file("a")) == "old");
  CHECK(folder.count() == 1);
  auto again = WholeFile::open(folder.file("a"));
  REQUIRE(again);
  CHECK((*again)->finish());
  CHECK(read(folder.file("a")).empty());
  CHECK(mode(folder.file("a")) == 0644);
}

TEST_CASE("what can be written but has no place for a draft beside it is written over") {
  const std::string memory = "/dev/shm/wscope-XXXXXX";
  std::string elsewhere = memory;
  REQUIRE(::mkdtemp(elsewhere.data()) != nullptr);
  const Folder here;
  for (const std::string& folder : {elsewhere, static_cast<std::string>(here / "")}) {
    // A draft's name has seven letters more.
    const std::string path = folder + "/" + std::string(250, 'a');
    CHECK_FALSE(WholeFile::open(path));
    std::ofstream(path) << "old, and longer";
    {
      auto file = WholeFile::open(path);
      REQUIRE(file);
      (*file)->stream().put("given up");
    }
    CHECK(read(path) == "old, and longer");
    auto file = WholeFile::open(path);
    REQUIRE(file);
    (*file)->stream().put("new");
    CHECK((*file)->finish());
    CHECK(read(path) == "new");
  }
  fs::remove_all(elsewhere);
}

TEST_CASE("what can't be put in its place is kept, and it is told where") {
  const Folder folder;
  auto file = WholeFile::open(folder.file("a"));
  REQUIRE(file);
  (*file)->stream().put("text");
  fs::create_directory(folder.file("a"));
  const auto finished = (*file)->finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().message == "can't write to " + folder.file("a") + ": is a directory");
  const std::string start = "it is in ";
  REQUIRE(finished.error().hint.substr(0, start.size()) == start);
  file->reset();
  CHECK(read(finished.error().hint.substr(start.size())) == "text");
}

TEST_CASE("what is no regular file is written to, never replaced") {
  const auto full = WholeFile::open("/dev/full");
  REQUIRE(full);
  (*full)->stream().put("x");
  const auto written = (*full)->finish();
  REQUIRE_FALSE(written);
  CHECK(written.error().stage == Stage::kOutput);
  CHECK(written.error().message == "can't write to /dev/full: no space left on device");
  CHECK(fs::is_character_file("/dev/full"));
  CHECK_FALSE(WholeFile::open("/tmp"));
  CHECK_FALSE(WholeFile::open("/no/such/place"));
}

TEST_CASE("a spool gives back what was put, few bytes or many, and leaves no file") {
  const Folder folder;
  std::string all;
  {
    Spool spool(folder.file("beside"));
    CHECK(spool.empty());
    for (std::size_t size : {std::size_t{1}, Spool::kInMemory - 1, std::size_t{10},
                             3 * Spool::kInMemory, std::size_t{5}}) {
      const std::string piece(size, static_cast<char>('a' + all.size() % 26));
      all += piece;
      spool.put(piece);
      CHECK_FALSE(spool.empty());
      CHECK(folder.count() == 0);
    }
    auto file = WholeFile::open(folder.file("a"));
    REQUIRE(file);
    spool.copy_to((*file)->stream());
    CHECK((*file)->finish());
    CHECK_FALSE(spool.error());
  }
  CHECK(read(folder.file("a")) == all);
}

TEST_CASE("a spool without a place tells, and drops") {
  Spool spool("/no/such/place/file");
  spool.put(std::string(Spool::kInMemory + 1, 'x'));
  CHECK(spool.error().value() == ENOENT);
  spool.put("more");
}
