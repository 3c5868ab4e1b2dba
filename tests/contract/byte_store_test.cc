#include "contract/byte_store_contract.h"

#include "contract/temporary_folder.h"
#include "io/store/file_store.h"
#include "io/store/memory_store.h"
#include "support/fault_store.h"

namespace pantile::contract {
namespace {

/// The store and its folder as one.
std::shared_ptr<ByteStore> make_file_store() {
  struct Both {
    TemporaryFolder folder;
    FileStore store{folder.path() + "/not/yet/there"};
  };
  auto both = std::make_shared<Both>();
  return {both, &both->store};
}

const ByteStoreCase kCases[] = {
    {"file", make_file_store},
    {"memory", [] { return std::make_shared<MemoryStore>(); }},
    {"fault", [] { return std::make_shared<FaultStore>(std::make_shared<MemoryStore>()); }},
};

INSTANTIATE_TEST_SUITE_P(Stores, ByteStoreContract, testing::ValuesIn(kCases), case_name);

}  // namespace
}  // namespace pantile::contract
