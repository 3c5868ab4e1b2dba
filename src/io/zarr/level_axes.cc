#include "io/zarr/level_axes.h"

#include <fmt/format.h>

#include "io/zarr/json_fields.h"

namespace pantile::zarr {

Result<LevelAxes> axes_from_names(const std::vector<std::string>& names, const std::string& where) {
  LevelAxes axes;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    int* const axis = name == "t"   ? &axes.t
                      : name == "c" ? &axes.c
                      : name == "z" ? &axes.z
                      : name == "y" ? &axes.y
                      : name == "x" ? &axes.x
                                    : nullptr;
    if (axis == nullptr) {
      return unsupported(where, fmt::format("axis \"{}\" (t, c, z, y, x are)", name));
    }
    if (*axis >= 0) {
      return Error(Code::corrupt, fmt::format("{}: axis \"{}\" comes twice", where, name));
    }
    *axis = static_cast<int>(i);
  }
  if (axes.y < 0 || axes.x < 0) return unsupported(where, "an array without axes y and x");
  return axes;
}

Result<LevelAxes> axes_of_array(const ArrayMetadata& array, const std::string& where) {
  bool named = !array.dimension_names.empty();
  for (const auto& name : array.dimension_names) named = named && !name.empty();
  if (named) return axes_from_names(array.dimension_names, where);
  const auto is_colour = [](std::int64_t n) { return n == 3 || n == 4; };
  switch (array.rank()) {
    case 2: return LevelAxes{.y = 0, .x = 1};
    case 3:
      if (is_colour(array.shape[2]) && !is_colour(array.shape[0])) {
        return LevelAxes{.c = 2, .y = 0, .x = 1};
      }
      return LevelAxes{.c = 0, .y = 1, .x = 2};
    case 5: return LevelAxes{.t = 0, .c = 1, .z = 2, .y = 3, .x = 4};
    default: return unsupported(where, "an array of 4 axes without dimension_names");
  }
}

}  // namespace pantile::zarr
