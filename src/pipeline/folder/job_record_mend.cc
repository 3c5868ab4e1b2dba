#include "pipeline/folder/job_record_mend.h"

namespace pantile {

std::optional<JobRecord> mend_job_record(const std::string& text) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 10;
  if (text.size() > kMostBytes) return std::nullopt;
  std::string candidate = text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      candidate[i] = static_cast<char>(text[i] ^ (1 << bit));
      const auto record = parse_job_record(candidate);
      if (record.ok() && to_json(*record) == candidate) return *record;
    }
    candidate[i] = text[i];
  }
  return std::nullopt;
}

}  // namespace pantile
