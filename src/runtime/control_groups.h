#pragma once
/// \file
/// What the kernel's control groups leave this process: containers and batch systems set limits
/// there (Linux, versions 1 and 2).

#include <optional>
#include <string>
#include <vector>

namespace pantile {

/// Folders that may say something of this process: its own group's first, then those above it,
/// up to the root of the hierarchy. Not all have to exist: in a container the root may be all that
/// is to be seen.
struct ControlGroups {
  std::vector<std::string> unified;   ///< Version 2.
  std::vector<std::string> separate;  ///< Version 1, of one controller.
};

/// `controller`: "memory", "cpu". `root`: what stands before /proc and /sys, for tests.
ControlGroups control_groups(const std::string& controller, const std::string& root = "");

/// Cores that the tightest quota of CPU time is worth, rounded up, at least 1; none without a
/// quota. What cannot be understood is no quota. `root`: as above.
std::optional<int> quota_cores(const std::string& root = "");

}  // namespace pantile
