#define ZSTD_STATIC_LINKING_ONLY  // for the memory estimate
#include <fmt/format.h>
#include <zstd.h>

#include "io/codec/byte_codec.h"

namespace pantile::codec {
namespace {

class ZstdScratch final : public ByteCodec::Scratch {
 public:
  ~ZstdScratch() override {
    ZSTD_freeCCtx(compressor);
    ZSTD_freeDCtx(decompressor);
  }
  ZSTD_CCtx* compressor = nullptr;  // made when first needed
  ZSTD_DCtx* decompressor = nullptr;
  std::vector<std::byte> buffer;
};

class Zstd final : public ByteCodec {
 public:
  explicit Zstd(int level) : level_(level) {}

  std::string name() const override { return fmt::format("zstd-{}", level_); }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<ZstdScratch>(); }

  Status compress(std::span<const std::byte> in, Scratch& scratch,
                  std::vector<std::byte>& out) const override {
    auto& s = static_cast<ZstdScratch&>(scratch);
    if (s.compressor == nullptr && (s.compressor = ZSTD_createCCtx()) == nullptr) {
      return Error(Code::out_of_memory, "no memory for a zstd compressor");
    }
    // The frame carries its content's size: some Zarr readers cannot do without.
    ZSTD_CCtx_setParameter(s.compressor, ZSTD_c_compressionLevel, level_);
    ZSTD_CCtx_setParameter(s.compressor, ZSTD_c_contentSizeFlag, 1);
    ZSTD_CCtx_setParameter(s.compressor, ZSTD_c_checksumFlag, 0);
    s.buffer.resize(ZSTD_compressBound(in.size()));
    const std::size_t n =
        ZSTD_compress2(s.compressor, s.buffer.data(), s.buffer.size(), in.data(), in.size());
    if (ZSTD_isError(n))
      return Error(Code::internal, fmt::format("zstd: {}", ZSTD_getErrorName(n)));
    out = std::vector<std::byte>(s.buffer.data(), s.buffer.data() + n);
    return {};
  }

  Status decompress(std::span<const std::byte> in, Scratch& scratch,
                    std::span<std::byte> out) const override {
    auto& s = static_cast<ZstdScratch&>(scratch);
    if (s.decompressor == nullptr && (s.decompressor = ZSTD_createDCtx()) == nullptr) {
      return Error(Code::out_of_memory, "no memory for a zstd decompressor");
    }
    const std::size_t n =
        ZSTD_decompressDCtx(s.decompressor, out.data(), out.size(), in.data(), in.size());
    if (ZSTD_isError(n)) return damaged("zstd", out.size(), ZSTD_getErrorName(n));
    if (n != out.size()) return damaged("zstd", out.size(), fmt::format("it holds {}", n));
    return {};
  }

  std::int64_t working_bytes(std::size_t raw_bytes) const override {
    const auto parameters = ZSTD_getCParams(level_, raw_bytes, 0);
    return static_cast<std::int64_t>(ZSTD_estimateCCtxSize_usingCParams(parameters) +
                                     ZSTD_estimateDCtxSize() + 2 * ZSTD_compressBound(raw_bytes));
  }

 private:
  int level_;
};

}  // namespace

std::unique_ptr<const ByteCodec> make_zstd(int level) { return std::make_unique<Zstd>(level); }

}  // namespace pantile::codec
