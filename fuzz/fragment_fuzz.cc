// A made-up part of a TIFF is taken for the one that a job left, or refused: the tiles that its
// table names then lie in it, in the order expected.
#include <cstdint>
#include <vector>

#include "input.h"
#include "io/store/memory_store.h"
#include "io/tiff/fragment.h"
#include "mend.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pantile::Fingerprint plan;
  const pantile::UnitId unit{0, 0, 0};
  const std::vector<std::uint64_t> tiles{0, 1, 5};
  const auto bytes = pantile::Input(data, size).rest();
  std::vector<std::byte> part(bytes.begin(), bytes.end());
  const auto head = static_cast<std::size_t>(pantile::tiff::fragment_head_bytes(tiles.size()));
  if (part.size() >= head) pantile::mend_crc32c(std::span(part).first(head));
  pantile::MemoryStore store;
  pantile::require(store.write(pantile::tiff::fragment_key(plan, unit), part).ok());
  const auto name = pantile::tiff::parse_fragment_key(pantile::tiff::fragment_key(plan, unit));
  pantile::require(name.has_value());
  const auto own = pantile::tiff::read_own_table(store, *name);
  const auto table = pantile::tiff::read_fragment_table(store, plan, unit, tiles);
  if (!table.ok()) return 0;
  std::size_t end = head;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    pantile::require((*table)[i].index == tiles[i]);
    end += (*table)[i].bytes;
  }
  pantile::require(end == part.size() && own.ok() && *own == *table);
  return 0;
}
