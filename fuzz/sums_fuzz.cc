// A made-up sidecar of checksums is read or refused; what is read is written as the same bytes.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "input.h"
#include "io/tiff/sums.h"
#include "mend.h"

namespace {

void decode(std::span<const std::byte> bytes) {
  const auto sums = pantile::tiff::decode_sums(bytes);
  if (sums.ok()) pantile::require(std::ranges::equal(encode_sums(*sums), bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = pantile::Input(data, size).rest();
  decode(bytes);
  std::vector<std::byte> mended(bytes.begin(), bytes.end());
  pantile::mend_crc32c(mended);
  decode(mended);
  return 0;
}
