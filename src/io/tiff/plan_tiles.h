#pragma once
/// \file
/// Which tiles a unit holds, and in which order units lie in the file.

#include <cstdint>
#include <vector>

#include "tile/shard_layout.h"

namespace pantile::tiff {

/// Row-major indices in their level of the tiles of `unit`, in C order.
std::vector<std::uint64_t> tiles_of(const ShardLayout& layout, UnitId unit);

/// All units of an image as their tiles lie in the file: in Z-order, every unit right behind the
/// ones it is made from. A drain completes them in about this order, so the file can be put
/// together while it runs.
std::vector<UnitId> file_order(const ShardLayout& layout);

}  // namespace pantile::tiff
