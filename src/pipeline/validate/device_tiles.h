#pragma once
/// \file
/// Which tiles of a picture are drawn by every device and compared.

#include <cstdint>
#include <set>
#include <utility>

#include "grid/tile_grid.h"

namespace pantile::validate {

/// Columns and rows of tiles: the corners, one of the right and one of the lower edge, and at least
/// two more by chance, as `seed` has it; all of a grid that has no more. `samples`: of a tile that
/// nothing cuts; of dear tiles fewer are chosen.
std::set<std::pair<std::int64_t, std::int64_t>> choose_tiles(const TileGrid& grid,
                                                             std::int64_t samples,
                                                             std::uint64_t seed);

}  // namespace pantile::validate
