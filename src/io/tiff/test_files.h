#pragma once
/// \file
/// TIFFs of every form in a folder that goes with the test.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "io/codec/codecs.h"
#include "io/store/memory_store.h"
#include "io/tiff/test_pyramid.h"
#include "io/tiff/tiff_sink.h"

namespace pantile::tiff {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pantile-tiff-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline void put_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

struct Form {
  const char* name;
  codec::Spec codec;
  Compression compression;
};

inline const std::array<Form, 7> kForms{{
    {"none", {.method = codec::Method::raw}, Compression::none},
    {"lzw", {.method = codec::Method::lzw}, Compression::lzw},
    {"lzw_predictor", {.method = codec::Method::lzw, .predictor = true}, Compression::lzw},
    {"deflate", {.method = codec::Method::deflate}, Compression::deflate},
    {"deflate_predictor",
     {.method = codec::Method::deflate, .level = 6, .predictor = true},
     Compression::deflate},
    {"zstd", {.method = codec::Method::zstd}, Compression::zstd},
    {"zstd_predictor", {.method = codec::Method::zstd, .predictor = true}, Compression::zstd},
}};

inline SinkOptions options(const Form& form, Dialect dialect) {
  SinkOptions o;
  o.codec = *make_codec(form.codec);
  o.compression = form.compression;
  o.predictor = form.codec.predictor;
  o.jpeg_subsample = form.codec.jpeg_subsample;
  o.dialect = dialect;
  return o;
}

/// Writes a.tiff and its sidecar.
inline void write(const TestPyramid& p, const TempFolder& folder, SinkOptions o) {
  // In memory first: hundreds of small files need not be made durable.
  const auto store = std::make_shared<MemoryStore>();
  TiffSink sink(store, "a.tiff", std::make_shared<MemoryStore>(), std::move(o));
  const Status s = p.write(sink);
  ASSERT_TRUE(s.ok()) << s.error().message();
  for (const char* name : {"a.tiff", "a.tiff.sums"}) {
    const Bytes bytes = *store->read(name);
    put_bytes(folder / name, as_text(bytes));
  }
}

}  // namespace pantile::tiff
