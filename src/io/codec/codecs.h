#pragma once
/// \file
/// The chunk codecs: how one chunk of pixels becomes bytes.
///
///     PANTILE_ASSIGN(auto codec, make_codec({.method = Method::zstd, .level = 1}));
///     auto scratch = codec->make_scratch();            // one per worker
///     PANTILE_TRY(codec->encode(view, *scratch, bytes));

#include <cstdint>
#include <memory>

#include "pantile/result.h"
#include "pantile/tile_sink.h"

namespace pantile {

namespace codec {

enum class Method : std::uint8_t {
  raw,      ///< The samples themselves, little-endian.
  zstd,     ///< One zstd frame with content size, without checksum. Levels 1 to 19.
  deflate,  ///< A zlib stream, as TIFF compression 8 wants. Levels 1 to 12 (libdeflate).
  gzip,     ///< A gzip member, as Zarr's `gzip`. Levels 1 to 12 (libdeflate).
  lzw,      ///< TIFF's LZW: codes of 9 to 12 bits, most significant bit first.
  jpeg,     ///< A self-contained baseline JPEG stream; u8 with 1 or 3 channels.
};

/// Settings that decide the encoded bytes. Members a method does not name are ignored by it.
struct Spec {
  Method method = Method::zstd;
  int level = -1;               ///< -1: 1 of zstd, 3 of deflate and gzip.
  bool predictor = false;       ///< TIFF's horizontal differencing (2) first; integers, not jpeg.
  int jpeg_quality = 90;        ///< 1 to 100.
  bool jpeg_subsample = false;  ///< 4:2:0 instead of 4:4:4; colour only.
};

}  // namespace codec

/// The codec of `spec`. Errors: invalid (a setting out of range).
///
/// Identities: "raw/interleaved", "zstd-1/interleaved", "deflate-6+predictor/interleaved",
/// "lzw/interleaved", "jpeg-90-444/interleaved". Deflate of level -1 without predictor is
/// "deflate-pixel/interleaved": PixelDeflate for u8 chunks of 3 or 4 channels, which is about as
/// small and much faster, and level 3 for all others.
/// decode() of every method is bounded: it writes only inside the chunk, whatever the bytes are,
/// and says `corrupt` when they do not give exactly the chunk. encode() is `invalid` for a chunk
/// that the method cannot hold (jpeg of u16, predictor of floats).
Result<std::shared_ptr<const ChunkCodec>> make_codec(const codec::Spec& spec);

}  // namespace pantile
