// A store of made-up objects opens or is refused; what opens can be read or is refused. So does
// what `check` wants to know of it: whether it is of ours, and how it is laid out.
//
// Input: objects one after the other, each `key length (1 byte), key, size (2 bytes), bytes`.
#include <cstdint>
#include <memory>
#include <string>

#include "input.h"
#include "io/store/memory_store.h"
#include "io/zarr/shard_files.h"
#include "io/zarr/sink_files.h"
#include "io/zarr/zarr_source.h"
#include "read_corners.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pantile::Input input(data, size);
  auto store = std::make_shared<pantile::MemoryStore>();
  while (!input.empty()) {
    const std::string key(pantile::as_text(input.take(input.number())));
    const std::size_t low = input.number();
    const auto object = input.take(low + 256 * input.number());
    static_cast<void>(store->write(key, object));
  }
  if (auto source = pantile::zarr::ZarrSource::open(store, {}); source.ok()) {
    pantile::read_corners(**source);
  }
  static_cast<void>(pantile::zarr::read_store_facts(store));
  if (const auto plan = pantile::zarr::find_plan(*store); plan.ok() && plan->has_value()) {
    const pantile::ShardLayout layout(**plan);
    pantile::require((*plan)->spec.channels > 0);
    static_cast<void>(pantile::zarr::find_shards(*store, layout));
  }
  return 0;
}
