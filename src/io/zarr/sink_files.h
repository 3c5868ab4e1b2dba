#pragma once
/// \file
/// The metadata files of a store that ZarrSink writes.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "io/store/byte_store.h"
#include "pantile/tile_sink.h"

namespace pantile::zarr {

/// Text of "zarr.json" and of every "<level>/zarr.json", by key. `pantile_json` is as in
/// SinkOptions. Errors: invalid (it is no JSON object).
Result<std::map<std::string, std::string>> metadata_files(const SinkPlan& plan, int zstd_level,
                                                          std::string_view pantile_json);

/// What a store says of itself: enough to write its metadata again.
struct StoreFacts {
  SinkPlan plan;
  int zstd_level = 1;
  std::string pantile_json;  ///< Members in the order of the file.
};

/// Reads the facts from the metadata of a complete store. Levels follow from level 0, so that a
/// level that is missing or of another size shows. Errors: not_found (no zarr.json); foreign (not
/// of the form that ZarrSink writes); corrupt; io.
Result<StoreFacts> read_store_facts(const std::shared_ptr<const ByteStore>& store);

}  // namespace pantile::zarr
