// Any text is a description of an image or says nothing of it.
#include <cmath>
#include <cstdint>

#include "input.h"
#include "io/tiff/tiff_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pantile::Input input(data, size);
  const auto facts = pantile::tiff::read_ome_facts(input.text());
  pantile::require(facts.name.size() <= size);
  pantile::require(std::isfinite(facts.pixel_um.x) && facts.pixel_um.x >= 0);
  pantile::require(std::isfinite(facts.pixel_um.y) && facts.pixel_um.y >= 0);
  return 0;
}
