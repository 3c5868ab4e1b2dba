#include "io/codec/codecs.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "core/copy.h"
#include "io/codec/byte_codec.h"
#include "io/codec/pixel_deflate.h"
#include "io/codec/predictor.h"

namespace pantile {
namespace codec {

static_assert(std::endian::native == std::endian::little, "samples are stored little-endian");

Error damaged(std::string_view codec, std::size_t want_bytes, std::string_view why) {
  return Error(Code::corrupt,
               fmt::format("{} data should give {} bytes: {}", codec, want_bytes, why));
}

namespace {

class Raw final : public ByteCodec {
 public:
  std::string name() const override { return "raw"; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<Scratch>(); }
  Status compress(std::span<const std::byte> in, Scratch&,
                  std::vector<std::byte>& out) const override {
    out.assign(in.begin(), in.end());
    return {};
  }
  Status decompress(std::span<const std::byte> in, Scratch&,
                    std::span<std::byte> out) const override {
    if (in.size() != out.size()) {
      return damaged("raw", out.size(), fmt::format("it holds {}", in.size()));
    }
    if (!in.empty()) std::memcpy(out.data(), in.data(), in.size());
    return {};
  }
  std::int64_t working_bytes(std::size_t raw_bytes) const override {
    return static_cast<std::int64_t>(raw_bytes);
  }
};

/// A ByteCodec over the samples of a chunk, with or without the predictor.
class PixelCodec final : public ChunkCodec {
 public:
  PixelCodec(std::unique_ptr<const ByteCodec> bytes, bool predictor)
      : bytes_(std::move(bytes)), predictor_(predictor) {}

  std::string identity() const override {
    return fmt::format("{}{}/interleaved", bytes_->name(), predictor_ ? "+predictor" : "");
  }
  std::unique_ptr<Scratch> make_scratch() const override {
    auto scratch = std::make_unique<PixelScratch>();
    scratch->inner = bytes_->make_scratch();
    return scratch;
  }

  Status encode(View chunk, Scratch& scratch, std::vector<std::byte>& out) const override {
    PANTILE_TRY(check(chunk.layout()));
    auto& s = static_cast<PixelScratch&>(scratch);
    const std::size_t size = chunk.layout().packed_bytes();
    if (!predictor_ && chunk.layout().is_packed()) {
      return bytes_->compress({chunk.data(), size}, *s.inner, out);
    }
    s.pixels.resize(size);
    const MutableView packed(s.pixels.data(), Layout::interleaved(chunk.dtype(), chunk.height(),
                                                                  chunk.width(), chunk.channels()));
    copy_pixels(chunk, packed);
    if (predictor_) apply_predictor(packed);
    return bytes_->compress(s.pixels, *s.inner, out);
  }

  Status decode(std::span<const std::byte> bytes, Scratch& scratch,
                MutableView chunk) const override {
    PANTILE_TRY(check(chunk.layout()));
    if (!chunk.layout().is_packed()) {
      return Error(Code::invalid, "chunks are decoded into packed interleaved memory only");
    }
    auto& s = static_cast<PixelScratch&>(scratch);
    PANTILE_TRY(bytes_->decompress(bytes, *s.inner, {chunk.data(), chunk.layout().packed_bytes()}));
    if (predictor_) undo_predictor(chunk);
    return {};
  }

  std::int64_t working_bytes(const Layout& chunk) const override {
    return bytes_->working_bytes(chunk.packed_bytes()) +
           static_cast<std::int64_t>(chunk.packed_bytes());
  }

 private:
  struct PixelScratch final : Scratch {
    std::unique_ptr<Scratch> inner;
    std::vector<std::byte> pixels;
  };

  Status check(const Layout& chunk) const {
    if (predictor_ && dtype_is_float(chunk.dtype)) {
      return Error(Code::invalid,
                   fmt::format("the horizontal predictor works on integers, not {}; leave it out",
                               dtype_name(chunk.dtype)));
    }
    return {};
  }

  std::unique_ptr<const ByteCodec> bytes_;
  bool predictor_;
};

/// Deflate without a level: PixelDeflate where it takes the pixels, libdeflate 3 elsewhere.
class FastDeflate final : public ChunkCodec {
 public:
  std::string identity() const override { return "deflate-pixel/interleaved"; }
  std::unique_ptr<Scratch> make_scratch() const override {
    auto scratch = std::make_unique<FastScratch>();
    scratch->other = other_.make_scratch();
    return scratch;
  }

  Status encode(View chunk, Scratch& scratch, std::vector<std::byte>& out) const override {
    auto& s = static_cast<FastScratch&>(scratch);
    const Layout& layout = chunk.layout();
    if (!takes(layout)) return other_.encode(chunk, *s.other, out);
    const std::byte* pixels = chunk.data();
    if (!layout.is_packed()) {
      s.pixels.resize(layout.packed_bytes());
      pixels = s.pixels.data();
      copy_pixels(chunk, MutableView(s.pixels.data(),
                                     Layout::interleaved(chunk.dtype(), chunk.height(),
                                                         chunk.width(), chunk.channels())));
    }
    s.encoder.compress({pixels, layout.packed_bytes()}, chunk.channels(), out);
    return {};
  }

  Status decode(std::span<const std::byte> bytes, Scratch& scratch,
                MutableView chunk) const override {
    return other_.decode(bytes, *static_cast<FastScratch&>(scratch).other, chunk);
  }

  std::int64_t working_bytes(const Layout& chunk) const override {
    const std::int64_t other = other_.working_bytes(chunk);  // with a packed copy
    return takes(chunk) ? other + PixelDeflate::working_bytes(chunk.packed_bytes()) : other;
  }

 private:
  struct FastScratch final : Scratch {
    std::unique_ptr<Scratch> other;
    PixelDeflate encoder;
    std::vector<std::byte> pixels;
  };

  static bool takes(const Layout& chunk) {
    return chunk.dtype == DType::u8 && PixelDeflate::takes(chunk.channels);
  }

  PixelCodec other_{make_deflate(3, false), false};
};

Status check_range(std::string_view what, int value, int low, int high) {
  if (value >= low && value <= high) return {};
  return Error(Code::invalid, fmt::format("{} {}: use {} to {}", what, value, low, high));
}

}  // namespace

Result<std::unique_ptr<const ByteCodec>> make_byte_codec(Method method, int level) {
  if (level == -1) level = method == Method::deflate || method == Method::gzip ? 3 : 1;
  switch (method) {
    case Method::raw: return make_raw();
    case Method::zstd:
      PANTILE_TRY(check_range("zstd level", level, 1, 19));
      return make_zstd(level);
    case Method::deflate:
    case Method::gzip:
      PANTILE_TRY(check_range("deflate level", level, 1, 12));
      return make_deflate(level, method == Method::gzip);
    case Method::lzw: return make_lzw();
    case Method::jpeg: break;
  }
  return Error(Code::internal, "this codec works on pixels, not on bytes");
}

std::unique_ptr<const ByteCodec> make_raw() { return std::make_unique<Raw>(); }

}  // namespace codec

Result<std::shared_ptr<const ChunkCodec>> make_codec(const codec::Spec& spec) {
  using codec::Method;
  if (spec.method == Method::jpeg) {
    PANTILE_TRY(codec::check_range("jpeg quality", spec.jpeg_quality, 1, 100));
    if (spec.predictor) return Error(Code::invalid, "jpeg takes no predictor; leave it out");
    return codec::make_jpeg(spec.jpeg_quality, spec.jpeg_subsample);
  }
  if (spec.method == Method::deflate && spec.level == -1 && !spec.predictor) {
    return std::shared_ptr<const ChunkCodec>(std::make_shared<codec::FastDeflate>());
  }
  PANTILE_ASSIGN(auto bytes, codec::make_byte_codec(spec.method, spec.level));
  return std::shared_ptr<const ChunkCodec>(
      std::make_shared<codec::PixelCodec>(std::move(bytes), spec.predictor));
}

}  // namespace pantile
