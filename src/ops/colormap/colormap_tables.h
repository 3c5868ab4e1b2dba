#pragma once
/// \file
/// The published maps, as numbers. Generated: scripts/make-colormaps.

#include <cstdint>
#include <span>

namespace pantile::colormap_tables {

// r, g, b as in Colormap::stops.
extern const std::span<const std::int32_t> viridis, magma, inferno, plasma, cividis, twilight,
    turbo;

}  // namespace pantile::colormap_tables
