#pragma once
/// \file
/// job.json: what an output folder holds and what decided its pixels.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/result.h"

namespace pantile {

/// Named settings in a fixed order, as text: {"formula.scale", "0.001"}.
using PixelSettings = std::vector<std::pair<std::string, std::string>>;

/// The record of one job. `pixels` are the settings that decide pixels; `forms` say how each
/// output is written ("image.tiff" → codec, layout, dialect).
struct JobRecord {
  std::string command;      ///< "generate", "write"; of parts: "convert", "process".
  std::string config_json;  ///< The resolved configuration, a JSON object of sections.
  PixelSettings pixels;
  std::map<std::string, std::string> forms;  ///< Of a preview: its size; empty while it is to come.
};

/// True when the folder of such a record holds the parts of one file, not a job's outputs.
inline bool is_of_parts(const JobRecord& record) {
  return record.command == "convert" || record.command == "process";
}

inline constexpr char kJobFileName[] = "job.json";

/// Text of job.json: members sorted, with a checksum over the rest; no times, hosts or paths.
std::string to_json(const JobRecord& record);

/// Reads it back. Errors: foreign (not a job file, or of a later version), corrupt (checksum).
Result<JobRecord> parse_job_record(const std::string& text);

/// job.json of `store`; nothing when there is none.
Result<std::optional<JobRecord>> read_job_record(const ByteStore& store);
Status write_job_record(ByteStore& store, const JobRecord& record);

/// Differences between two lists of settings, in words: "formula.scale is 0.001 there and 0.002
/// here; …". Empty when there are none.
std::string describe_differences(const PixelSettings& there, const PixelSettings& here);

}  // namespace pantile
