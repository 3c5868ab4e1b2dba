#pragma once
/// \file
/// From settings to sinks: layout, codecs, the store and the TIFF of a job.

#include <memory>
#include <string>

#include "io/store/byte_store.h"
#include "io/tiff/tiff_sink.h"
#include "io/zarr/zarr_sink.h"
#include "pantile/output_options.h"
#include "pantile/tile_sink.h"
#include "pipeline/folder/job_record.h"

namespace pantile {

/// Names in a job's folder.
inline constexpr char kStoreName[] = "image.ome.zarr";
inline constexpr char kTiffName[] = "image.tiff";
inline constexpr char kPreviewFolder[] = "previews";
inline constexpr char kPartsFolder[] = ".pantile";  ///< What finish removes.

/// Chunk and shard edges, and the levels, of an image whose level 0 is `spec.levels[0]`.
/// tile_px 0: default_chunk_px(). shard_px 0: the largest doubling of tile_px up to 4096 whose raw
/// size is at most 64 MiB. Errors: invalid (a tile that is no multiple of 16 or not within 64 to
/// 4096; a shard that is no multiple of the tile or above 1 GiB). All channels are in one group.
Result<SinkPlan> plan_layout(ImageSpec spec, std::int64_t tile_px, std::int64_t shard_px);

/// The same for a store that is made of a source whose channels come `channels_together`
/// (TileSource): channels that are no colours are in groups of as many as come together, of more
/// where the image is small, so that there are not very many shards.
Result<SinkPlan> plan_groups(ImageSpec spec, std::int64_t tile_px, std::int64_t shard_px,
                             int channels_together);

/// Adds what of `output`, with its layout decided, goes into the bytes of a store.
void add_layout_settings(const OutputOptions& output, PixelSettings& settings);

/// The codec of a store's chunks; `planes` as in SinkPlan. Errors: invalid (a level out of range).
Result<std::shared_ptr<const ChunkCodec>> make_store_codec(int zstd_level, bool planes);

/// The codec of TIFF tiles. Errors: invalid (a level or quality out of range).
Result<std::shared_ptr<const ChunkCodec>> make_tiff_codec(const TiffOptions& options);

/// A store sink under `folder`. `facts_json` goes into its attributes.
std::unique_ptr<zarr::ZarrSink> make_store_sink(std::shared_ptr<ByteStore> store, std::string name,
                                                int zstd_level, bool planes, std::string facts_json,
                                                std::int64_t spool_cap_bytes);

/// How a TIFF is made, besides its form.
struct TiffRun {
  std::string file;      ///< Its name in the folder.
  bool replace = false;  ///< A file of another form may be overwritten.
  bool whole = true;     ///< This process makes all of it, not a share.
  std::int64_t spool_cap_bytes = 0;
  const CancelToken* cancel = nullptr;  ///< Also heard while the file is put together.
};

/// A TIFF sink that becomes `run.file` of `folder` and keeps its parts in `parts`.
Result<std::unique_ptr<tiff::TiffSink>> make_tiff_sink(std::shared_ptr<ByteStore> folder,
                                                       std::shared_ptr<ByteStore> parts,
                                                       const TiffOptions& options,
                                                       const TiffRun& run);

/// Bytes of all decoded levels of `plan`.
std::int64_t raw_bytes(const SinkPlan& plan);

/// What putting a TIFF of this plan together takes (its tile tables), in bytes.
std::int64_t tiff_table_bytes(const SinkPlan& plan);

}  // namespace pantile
