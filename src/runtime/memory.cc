#include "runtime/memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "runtime/control_groups.h"

namespace pantile {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

/// The number after `key` in a "Key: 123 kB" file, in bytes; `fallback` when absent.
std::int64_t read_kib_field(const char* path, const std::string& key, std::int64_t fallback) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind(key, 0) == 0) return std::stoll(line.substr(key.size())) * 1024;
  }
  return fallback;
}

/// A file that holds one number, or "max".
std::int64_t read_number(const std::string& path, std::int64_t fallback) {
  std::ifstream file(path);
  std::int64_t n = 0;
  return file >> n ? n : fallback;
}

struct GroupMemory {
  std::int64_t limit = kNoLimit;
  std::int64_t free = kNoLimit;
};

/// The tightest limit on the way from this process's group to the root (versions 2 and 1).
GroupMemory group_memory() {
  GroupMemory result;
  const auto apply = [&result](std::int64_t limit, std::int64_t used) {
    if (limit == kNoLimit) return;
    result.limit = std::min(result.limit, limit);
    result.free = std::min(result.free, std::max<std::int64_t>(0, limit - used));
  };
  const ControlGroups groups = control_groups("memory");
  for (const std::string& folder : groups.unified) {
    apply(read_number(folder + "/memory.max", kNoLimit),
          read_number(folder + "/memory.current", 0));
  }
  for (const std::string& folder : groups.separate) {
    apply(read_number(folder + "/memory.limit_in_bytes", kNoLimit),
          read_number(folder + "/memory.usage_in_bytes", 0));
  }
  return result;
}

}  // namespace

std::int64_t memory_limit_bytes() {
  return std::min(read_kib_field("/proc/meminfo", "MemTotal:", kNoLimit), group_memory().limit);
}

std::int64_t memory_available_bytes() {
  return std::min(read_kib_field("/proc/meminfo", "MemAvailable:", kNoLimit), group_memory().free);
}

std::int64_t peak_resident_bytes() { return read_kib_field("/proc/self/status", "VmHWM:", 0); }

}  // namespace pantile
