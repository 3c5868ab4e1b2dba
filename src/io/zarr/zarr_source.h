#pragma once
/// \file
/// Reads OME-Zarr images and bare Zarr arrays, our own and others'.
///
///     PANTILE_ASSIGN(auto source, zarr::open_path("run1/image.ome.zarr"));
///     PANTILE_TRY(source->read(source->spec().region(0, rect), view, ctx));
///
/// Read: Zarr v3 arrays, regular grid, sharded or not, codecs transpose, bytes, zstd, gzip,
/// crc32c, sharding_indexed; Zarr v2 arrays without filters, compressed by zstd, gzip, zlib or not;
/// OME-Zarr 0.4 and 0.5; axes t, c, z, y, x in any order. Anything else is a `foreign` error that
/// names it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/encoded_chunks.h"
#include "pantile/image_spec.h"
#include "pantile/tile_source.h"

namespace pantile::zarr {

struct SourceOptions {
  std::int64_t cache_bytes = std::int64_t{32} << 20;  ///< Decoded chunks and shard indices kept.
  /// As much instead as 24 chunks of level 0 take, if that is more, but never above this: stencils
  /// go from chunk to chunk and come back for the borders.
  std::int64_t most_cache_bytes = 0;
  /// A chunk that is not there: its pixels are fill_value (as Zarr says), or a not_found error.
  /// In a complete image of ours (its attributes hold `pantile`) it is always a corrupt error.
  bool missing_is_error = false;
};

/// Thread-safe. Errors of read(): corrupt (naming level, shard and chunk), io.
class ZarrSource final : public TileSource, public EncodedChunks {
 public:
  /// Opens the group or array at the root of `store`. Errors: not_found, foreign, corrupt, io.
  static Result<std::unique_ptr<ZarrSource>> open(std::shared_ptr<const ByteStore> store,
                                                  const SourceOptions& options);
  /// Opens the arrays "0", "1", … of an image that is still being written: `spec` says what the
  /// group's metadata would. missing_is_error is on. Errors: as open().
  static Result<std::unique_ptr<ZarrSource>> open_unfinished(std::shared_ptr<const ByteStore> store,
                                                             const ImageSpec& spec,
                                                             SourceOptions options);
  ~ZarrSource() override;

  const ImageSpec& spec() const override;
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  /// Hash of all metadata and of every object's key, size and (sharded arrays) index. So it
  /// changes with every chunk whose encoded size or place in its shard changes, and, where the
  /// shards' last chunks end in a crc32c, with most others; it reads no pixels. Equal
  /// fingerprints are strong evidence of equal pixels, not proof: `check` reads them.
  Fingerprint fingerprint() const override;
  const EncodedChunks* encoded_chunks() const override { return this; }
  std::int64_t tile_px() const override { return tile_px_; }
  /// As many as a chunk of level 0 holds.
  int channels_together() const override { return channels_together_; }

  /// Chunk edge in pixels when chunks of every level are square in y, x and hold all channels
  /// of one plane; else 0.
  std::int64_t chunk_px() const override;
  /// Shard edge in pixels under the same condition; 0 when the arrays are not sharded.
  std::int64_t shard_px() const;
  /// ChunkCodec::identity() of the codec that made the encoded chunks ("zstd-1/interleaved"), so
  /// that they may be copied; empty when none of ours would have made them.
  std::string codec_identity() const override;
  /// The chunk's bytes as that codec made them, checksum verified and taken off. Empty when the
  /// chunk is absent and may be. Errors: invalid (codec_identity() is empty, no such chunk),
  /// corrupt, io.
  Result<Bytes> read_encoded_chunk(int level, std::int64_t chunk_x,
                                   std::int64_t chunk_y) const override;

  /// Text of `attributes.pantile`, "{}" when there is none.
  const std::string& pantile_json() const;
  /// "OME-Zarr 0.5", "Zarr v3".
  const std::string& format() const;
  /// Codecs of level 0 in words: "zstd level 1, crc32c".
  std::string codec_text() const;
  /// How level 0 is cut up, in words: "chunks of 512 px in shards of 4096 px".
  std::string layout_text() const;

 private:
  struct State;
  explicit ZarrSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  std::int64_t tile_px_ = 0;
  int channels_together_ = 1;
};

/// Opens the store that is the folder `path`.
/// Errors: not_found (with what was looked for), and those of ZarrSource::open.
Result<std::unique_ptr<ZarrSource>> open_path(const std::string& path,
                                              const SourceOptions& options = {});

}  // namespace pantile::zarr
