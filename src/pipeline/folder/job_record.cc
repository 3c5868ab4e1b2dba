#include "pipeline/folder/job_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "core/nesting.h"

namespace pantile {
namespace {

using Json = nlohmann::json;
constexpr int kVersion = 1;
/// A formula has at most 64 KiB, and stands there a few times.
constexpr std::int64_t kMostRecordBytes = std::int64_t{16} << 20;

std::string checksum_of(const Json& without_checksum) {
  return hash_text(without_checksum.dump()).hex();
}

const std::string* find(const PixelSettings& settings, const std::string& key) {
  const auto at = std::find_if(settings.begin(), settings.end(),
                               [&](const auto& entry) { return entry.first == key; });
  return at == settings.end() ? nullptr : &at->second;
}

JobRecord from_json(const Json& json) {
  JobRecord record;
  record.command = json.at("command").get<std::string>();
  record.config_json = json.at("config").dump();
  for (const Json& entry : json.at("pixels")) {
    record.pixels.emplace_back(entry.at(0).get<std::string>(), entry.at(1).get<std::string>());
  }
  record.forms = json.at("forms").get<std::map<std::string, std::string>>();
  return record;
}

}  // namespace

std::string to_json(const JobRecord& record) {
  Json json;
  json["pantile_job"] = kVersion;
  json["command"] = record.command;
  json["config"] = Json::parse(record.config_json);
  json["pixels"] = Json::array();
  for (const auto& [key, value] : record.pixels) json["pixels"].push_back({key, value});
  json["forms"] = record.forms;
  json["checksum"] = checksum_of(json);
  return json.dump(2) + "\n";
}

Result<JobRecord> parse_job_record(const std::string& text) {
  if (json_nesting(text) > kMostNesting) {
    return Error(Code::corrupt,
                 "job.json: its values nest deeper than those of any record; restore it from a "
                 "copy, or start over with --restart");
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return Error(Code::corrupt,
                 "job.json: expected a JSON object, found something else; restore "
                 "it from a copy, or start over with --restart");
  }
  if (!json.contains("pantile_job") || !json["pantile_job"].is_number_integer()) {
    return Error(Code::foreign, "job.json: was not written by pantile; choose another --out");
  }
  if (json["pantile_job"] != kVersion) {
    return Error(Code::foreign, "job.json: is of version " + json["pantile_job"].dump() +
                                    ", this program knows version " + std::to_string(kVersion) +
                                    "; use a newer pantile");
  }
  const std::string recorded = json.value("checksum", Json()).dump();
  json.erase("checksum");
  if (recorded != Json(checksum_of(json)).dump()) {
    return Error(Code::corrupt,
                 "job.json: its checksum does not match its content (damaged, or "
                 "edited by hand); restore it, or start over with --restart");
  }
  try {
    return from_json(json);
  } catch (const Json::exception&) {
    return Error(Code::corrupt,
                 "job.json: a member is missing or of the wrong type; restore it "
                 "from a copy, or start over with --restart");
  }
}

Result<std::optional<JobRecord>> read_job_record(const ByteStore& store) {
  PANTILE_ASSIGN(const bool there, store.exists(kJobFileName));
  if (!there) return std::optional<JobRecord>{};
  PANTILE_ASSIGN(const Bytes bytes, store.read_at_most(kJobFileName, kMostRecordBytes));
  PANTILE_ASSIGN(JobRecord record,
                 parse_job_record(std::string(as_text(bytes))).with_context(store.name()));
  return std::optional<JobRecord>(std::move(record));
}

Status write_job_record(ByteStore& store, const JobRecord& record) {
  return store.write(kJobFileName, as_bytes(to_json(record)));
}

std::string describe_differences(const PixelSettings& there, const PixelSettings& here) {
  std::string text;
  constexpr std::size_t kMostShown = 60;  // a compiled formula helps nobody
  const auto add = [&text](const std::string& key, const std::string* a, const std::string* b) {
    if (!text.empty()) text += "; ";
    if ((a && a->size() > kMostShown) || (b && b->size() > kMostShown)) {
      text += key + " is another one";
      return;
    }
    text += key + " is " + (a ? *a : "unset") + " there and " + (b ? *b : "unset") + " here";
  };
  for (const auto& [key, value] : there) {
    const std::string* other = find(here, key);
    if (other == nullptr || *other != value) add(key, &value, other);
  }
  for (const auto& [key, value] : here) {
    if (find(there, key) == nullptr) add(key, nullptr, &value);
  }
  return text;
}

}  // namespace pantile
