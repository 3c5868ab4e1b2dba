#include "runtime/control_groups.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string_view>
#include <utility>

namespace pantile {
namespace {

/// "base/a/b", "base/a", "base" for `path` "/a/b"; a path that leads elsewhere gives "base" alone.
std::vector<std::string> way_up(const std::string& base, const std::string& path) {
  std::vector<std::string> folders;
  if (path.starts_with('/') && path.find("/..") == std::string::npos) {
    for (std::string rest = path; rest.size() > 1; rest.resize(rest.find_last_of('/'))) {
      folders.push_back(base + rest);
    }
  }
  folders.push_back(base);
  return folders;
}

bool names(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// The words of a file's first line.
std::vector<std::string> first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<std::string> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(' ', at)) != std::string::npos;) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

/// A whole number above 0, and nothing else.
std::optional<std::int64_t> count_of(std::string_view word) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < 1) return std::nullopt;
  return value;
}

/// `quota` of each `period` of time, both in the same unit.
std::optional<int> cores_of(const std::string& quota, const std::string& period) {
  const auto part = count_of(quota), whole = count_of(period);
  if (!part || !whole) return std::nullopt;  // "max", and -1 in version 1
  const std::int64_t cores = *part / *whole + (*part % *whole != 0 ? 1 : 0);
  return static_cast<int>(std::min<std::int64_t>(cores, std::numeric_limits<int>::max()));
}

}  // namespace

ControlGroups control_groups(const std::string& controller, const std::string& root) {
  const std::string mount = root + "/sys/fs/cgroup";
  std::string unified, separate, folder = controller;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // "4:cpu,cpuacct:/job", "0::/job"
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controllers.empty() && line.starts_with("0:")) unified = line.substr(second + 1);
    if (names(controllers, controller)) {
      separate = line.substr(second + 1);
      folder = controllers;
    }
  }
  ControlGroups groups{way_up(mount, unified), way_up(mount + "/" + folder, separate)};
  if (folder != controller) groups.separate.push_back(mount + "/" + controller);
  return groups;
}

std::optional<int> quota_cores(const std::string& root) {
  std::optional<int> least;
  const auto apply = [&least](std::optional<int> cores) {
    if (cores) least = std::min(least.value_or(*cores), *cores);
  };
  const ControlGroups groups = control_groups("cpu", root);
  for (const std::string& folder : groups.unified) {
    const std::vector<std::string> words = first_line(folder + "/cpu.max");
    if (words.size() == 2) apply(cores_of(words[0], words[1]));
  }
  for (const std::string& folder : groups.separate) {
    const std::vector<std::string> quota = first_line(folder + "/cpu.cfs_quota_us");
    const std::vector<std::string> period = first_line(folder + "/cpu.cfs_period_us");
    if (quota.size() == 1 && period.size() == 1) apply(cores_of(quota[0], period[0]));
  }
  return least;
}

}  // namespace pantile
