#pragma once
/// \file
/// Which names lie in a folder that do not belong there.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "pantile/result.h"
#include "pipeline/check/finding_log.h"
#include "tile/shard_layout.h"

namespace pantile {

/// What a name below the folder is.
enum class NameRole : std::uint8_t {
  expected,
  leftover,
  foreign,
  skipped,  ///< A folder that is not looked into, or a file that is nobody's concern.
};

/// Names in a store of that layout; `name` is relative to it.
NameRole store_name_role(const ShardLayout& layout, std::string_view name, bool is_folder);

/// Names in a job's folder, but for its store and the fragments of its TIFF. `has_tiff`: a TIFF
/// belongs there.
NameRole job_name_role(std::string_view name, bool is_folder, bool has_tiff);

struct NameRules {
  std::function<NameRole(std::string_view name, bool is_folder)> role;
  bool leftovers_are_findings = true;  ///< A job that is not finished may have some.
};

/// Walks `folder` and reports leftovers and foreign files and folders (a folder once, not what is
/// in it). Names in findings are relative, after `prefix`. A link to a folder is not followed.
/// Returns how many leftovers there were that are no findings. Errors: io.
Result<std::int64_t> check_names(const std::string& folder, const std::string& prefix,
                                 const NameRules& rules, FindingLog& log);

}  // namespace pantile
