#include "pipeline/job/job_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/png/png_flaw.h"
#include "io/store/file_store.h"
#include "io/tiff/sums.h"
#include "io/zarr/shard_files.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"
#include "tile/shard_layout.h"

namespace pantile {
namespace {

using Json = nlohmann::json;

/// Type and channels of what a job stores.
bool set_samples(std::string_view store, ImageSpec& spec) {
  if (store == word_for(StoreKind::rgb8)) {
    spec.kind = Kind::rgb;
    spec.channels = 3;
    return true;
  }
  spec.dtype = store == word_for(StoreKind::value_u16) ? DType::u16 : DType::f32;
  return store == word_for(StoreKind::value_u16) || store == word_for(StoreKind::value_f32);
}

}  // namespace

Result<SinkPlan> plan_of_record(const JobRecord& record) {
  const Error bad(Code::corrupt,
                  "job.json: its settings are not those of a job; restore it from a copy, or start "
                  "over with --restart");
  try {
    const Json config = Json::parse(record.config_json);
    constexpr std::int64_t kMostSide = (std::int64_t{1} << 31) - 1;
    LevelInfo level;
    level.width = config.at("image").at("width").get<std::int64_t>();
    level.height = config.at("image").at("height").get<std::int64_t>();
    level.scale.x = level.scale.y = config.at("formula").at("scale").get<double>();
    const Json& output = config.at("output");
    ImageSpec spec;
    spec.name = output.at("name").get<std::string>();
    if (!set_samples(output.at("store").get<std::string>(), spec)) return bad;
    if (level.width < 1 || level.height < 1) return bad;
    if (level.width > kMostSide || level.height > kMostSide) return bad;
    spec.levels = {level};
    auto plan = plan_layout(std::move(spec), output.at("tile").get<std::int64_t>(),
                            output.at("shard").get<std::int64_t>());
    return plan.ok() ? std::move(plan) : bad;
  } catch (const Json::exception&) {
    return bad;
  }
}

Result<StoreState> look_at_store(const ByteStore& store, const SinkPlan& plan, bool finished,
                                 const std::string& name) {
  const ShardLayout layout(plan);
  PANTILE_ASSIGN(const zarr::ShardFiles files, zarr::find_shards(store, layout));
  StoreState state;
  state.shards_done = static_cast<std::int64_t>(files.there.size());
  state.shards_all = layout.unit_count();
  const LevelInfo& full = plan.spec.levels.front();
  state.pixels_all = layout.groups() * full.width * full.height;
  for (const UnitId unit : files.there) {
    if (unit.level == 0) state.pixels_done += layout.shards(0).rect(unit.x, unit.y).area();
  }
  const auto broken = static_cast<std::int64_t>(files.broken.size());
  if (broken > 0) {
    const auto& first = files.broken.front();
    state.flaws.push_back(
        fmt::format("{}/{}: {}{}", name, first.key, first.text,
                    broken > 1 ? fmt::format("; {} more shards are damaged", broken - 1) : ""));
  }
  const std::int64_t missing = state.shards_all - state.shards_done - broken;
  if (finished && missing > 0) {
    state.flaws.push_back(
        fmt::format("{} lacks {} of its {} shards", name, missing, state.shards_all));
  }
  return state;
}

namespace {

/// Sorts the outputs of one job into those done, to come and not whole.
class Look {
 public:
  Look(const std::string& folder, const JobRecord& record)
      : folder_(folder), files_(folder), record_(record) {}

  Result<JobState> all() && {
    for (const auto& [name, form] : record_.forms) {
      if (name == kStoreName) {
        PANTILE_TRY(store());
      } else if (name == kTiffName) {
        PANTILE_TRY(tiff());
      } else {
        PANTILE_TRY(preview(name, form));
      }
    }
    return std::move(state_);
  }

 private:
  Status store() {
    const FileStore files(folder_ + "/" + kStoreName);
    if (record_.command == "generate") {
      PANTILE_ASSIGN(state_.plan, plan_of_record(record_));
    } else {
      PANTILE_ASSIGN(state_.plan, zarr::find_plan(files));
    }
    PANTILE_ASSIGN(const bool finished, files.exists("zarr.json"));
    if (!finished) state_.to_come.emplace_back(kStoreName);
    if (!state_.plan) return {};
    PANTILE_ASSIGN(const StoreState found,
                   look_at_store(files, *state_.plan, finished, kStoreName));
    state_.shards_done = found.shards_done;
    state_.shards_all = found.shards_all;
    state_.pixels_done = found.pixels_done;
    state_.pixels_all = found.pixels_all;
    state_.flaws.insert(state_.flaws.end(), found.flaws.begin(), found.flaws.end());
    if (finished && found.flaws.empty()) state_.done.emplace_back(kStoreName);
    return {};
  }

  Status tiff() {
    PANTILE_ASSIGN(const bool there, files_.exists(kTiffName));
    // Fragments are removed when the file that they make up has its name.
    PANTILE_ASSIGN(const auto fragments, FileStore(folder_ + "/" + kPartsFolder).list("tiff"));
    if (!there || !fragments.empty()) {
      state_.to_come.emplace_back(kTiffName);
      return {};
    }
    PANTILE_ASSIGN(const std::string flaw, tiff::find_flaw(files_, kTiffName));
    sort(kTiffName, flaw);
    return {};
  }

  Status preview(const std::string& name, const std::string& form) {
    PANTILE_ASSIGN(const bool there, files_.exists(name));
    const auto size = parse_preview_form(form);
    if (!there || !size) {
      state_.to_come.push_back(name);
      return {};
    }
    PANTILE_ASSIGN(const std::string flaw, png::find_flaw(files_, name, size->width, size->height));
    sort(name, flaw);
    return {};
  }

  void sort(const std::string& name, const std::string& flaw) {
    if (flaw.empty()) {
      state_.done.push_back(name);
    } else {
      state_.flaws.push_back(name + " " + flaw);
    }
  }

  const std::string& folder_;
  const FileStore files_;
  const JobRecord& record_;
  JobState state_;
};

}  // namespace

Result<JobState> look_at_job(const std::string& folder, const JobRecord& record) {
  if (is_of_parts(record)) {
    JobState parts;
    parts.parts_of = record.command;
    return parts;
  }
  return Look(folder, record).all();
}

std::string JobState::words() const {
  if (!parts_of.empty()) {
    return fmt::format("parts of an unfinished {}; run the same command again to go on", parts_of);
  }
  std::string text;
  const bool rendered = shards_done == shards_all;
  if (!rendered) {
    const auto part = static_cast<double>(pixels_done) / static_cast<double>(pixels_all);
    text = fmt::format("{} of {} pixels ({} %), {} of {} shards at all levels", pixels_done,
                       pixels_all, static_cast<int>(100 * part), shards_done, shards_all);
  }
  if (!flaws.empty()) {
    return fmt::format("not whole{}{}; run the same command again to mend it",
                       text.empty() ? "" : ", ", text);
  }
  if (to_come.empty()) return "complete";
  std::string names;
  for (const std::string& name : to_come) {
    if (name == kStoreName && !rendered) continue;  // its shards were counted
    names += (names.empty() ? "" : ", ") + name;
  }
  if (!names.empty()) text += (text.empty() ? "" : "; ") + names + " still to come";
  return fmt::format("unfinished: {}; run the same command again to go on", text);
}

}  // namespace pantile
