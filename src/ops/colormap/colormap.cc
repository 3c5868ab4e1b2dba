#include "ops/colormap/colormap.h"

#include <fmt/format.h>

#include <array>

#include "ops/colormap/colormap_tables.h"

namespace pantile {
namespace {

constexpr std::array<std::int32_t, 9> kBlueBlackRed{200'000, 600'000,   1'700'000, 0,      0,
                                                    0,       1'700'000, 250'000,   500'000};
constexpr std::array<std::int32_t, 6> kGray{0, 0, 0, 2'550'000, 2'550'000, 2'550'000};

std::array<Colormap, 9> all_maps() {
  namespace tables = colormap_tables;
  return {{{"blue-black-red", kBlueBlackRed},
           {"viridis", tables::viridis},
           {"magma", tables::magma},
           {"inferno", tables::inferno},
           {"plasma", tables::plasma},
           {"cividis", tables::cividis},
           {"twilight", tables::twilight},
           {"turbo", tables::turbo},
           {"gray", kGray}}};
}

const std::array<Colormap, 9>& maps() {
  static const std::array<Colormap, 9> all = all_maps();
  return all;
}

}  // namespace

const Colormap* find_colormap(std::string_view name) {
  for (const Colormap& map : maps()) {
    if (map.name == name) return &map;
  }
  return nullptr;
}

Result<const Colormap*> choose_colormap(std::string_view name) {
  if (const Colormap* map = find_colormap(name)) return map;
  return Error(Code::invalid, fmt::format("colormap \"{}\" is not known, choose one of {}", name,
                                          fmt::join(colormap_names(), ", ")));
}

std::vector<std::string_view> colormap_names() {
  std::vector<std::string_view> names;
  for (const Colormap& map : maps()) names.push_back(map.name);
  return names;
}

}  // namespace pantile
