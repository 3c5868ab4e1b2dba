// A made-up job.json is read or refused; what is read is written as the same text again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "pipeline/folder/job_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record =
      pantile::parse_job_record(std::string(reinterpret_cast<const char*>(data), size));
  if (!record.ok()) return 0;
  const std::string text = to_json(*record);
  const auto again = pantile::parse_job_record(text);
  if (!again.ok() || to_json(*again) != text) std::abort();
  return 0;
}
