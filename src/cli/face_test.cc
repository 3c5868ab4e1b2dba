#include "cli/face.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/format.h"
#include "cli/summary.h"

namespace pantile::cli {
namespace {

/// An environment whose streams can be read back.
struct Screen {
  std::ostringstream out, err;
  int columns = 80;
  Environment environment{.out = out,
                          .err = err,
                          .terminal = true,
                          .utf8 = false,
                          .columns = [this] { return columns; },
                          .stamp = {},
                          .stop_at_once = {}};
};

Progress half() { return {"render", "px", 500'000'000, 1'000'000'000, 100'000'000, 4.0}; }

TEST(Format, HumanAmounts) {
  EXPECT_EQ(human(0, "px"), "0 px");
  EXPECT_EQ(human(999, "px"), "999 px");
  EXPECT_EQ(human(999.6, "px"), "1.00 kpx");
  EXPECT_EQ(human(268435456, "px"), "268 Mpx");
  EXPECT_EQ(human(28.7e9, "px"), "28.7 Gpx");
  EXPECT_EQ(human_bytes(999'999'999), "1.00 GB");
  EXPECT_EQ(human_memory(512 << 20), "512 MiB");
  EXPECT_EQ(human_seconds(0.456), "0.46 s");
  EXPECT_EQ(human_seconds(187), "3 min 7 s");
  EXPECT_EQ(human_seconds(3723), "1 h 2 min");
  EXPECT_EQ(human_clock(59.6), "1:00");
  EXPECT_EQ(human_clock(1e300).empty(), false);
}

TEST(Format, RatesLeaveOutWhatAnEarlierRunDid) {
  EXPECT_EQ(percent(half()), 50);
  EXPECT_DOUBLE_EQ(rate(half()), 1e8);
  EXPECT_DOUBLE_EQ(seconds_left(half()), 5.0);
  const Progress fresh{"render", "px", 100, 1000, 100, 0.0};
  EXPECT_EQ(rate(fresh), 0);
  EXPECT_LT(seconds_left(fresh), 0);
  EXPECT_EQ(percent({"x", "px", 999'999, 1'000'000, 0, 1}), 99);
  EXPECT_EQ(percent({"x", "px", 0, 0, 0, 0}), 100);
}

TEST(ProgressBar, ShowsStageShareRateAndTimeLeft) {
  Screen screen;
  make_progress_bar(screen.environment)->on_progress(half());
  const std::string line = screen.err.str();
  EXPECT_EQ(line.front(), '\r');
  for (const char* part : {"render", "50 %", "100 Mpx/s", "0:05 left", "#", "."}) {
    EXPECT_NE(line.find(part), std::string::npos) << line;
  }
}

TEST(ProgressBar, NeverReachesTheLastColumn) {
  for (int columns = 1; columns <= 200; ++columns) {
    Screen screen;
    screen.columns = columns;
    make_progress_bar(screen.environment)->on_progress(half());
    const std::string line = screen.err.str();
    const auto shown = line.size() - std::string("\r\x1b[K").size();
    EXPECT_LT(static_cast<int>(shown), std::max(columns, 2)) << line;
  }
}

TEST(ProgressBar, DoesNotRedrawWhatDidNotChange) {
  Screen screen;
  const auto face = make_progress_bar(screen.environment);
  face->on_progress(half());
  const auto size = screen.err.str().size();
  face->on_progress(half());
  EXPECT_EQ(screen.err.str().size(), size);
  face->on_warning("mind the gap");
  const std::string text = screen.err.str();
  EXPECT_NE(text.find("\rwarning: mind the gap\x1b[K\nrender"), std::string::npos) << text;
}

TEST(PlainLog, OneLinePerTenPerCent) {
  Screen screen;
  const auto face = make_plain_log(screen.environment);
  Progress p{"render", "px", 0, 1000, 0, 0};
  face->on_stage_begin(p);
  for (p.done = 0; p.done < 1000; p.done += 3) {
    p.elapsed_s += 0.01;
    face->on_progress(p);
  }
  p.done = 1000;
  face->on_progress(p);
  face->on_stage_end(p);
  const std::string text = screen.err.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11) << text;  // begin, 10 to 90 %, end
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(JsonLog, EveryEventIsOneObjectOnOneLine) {
  Screen screen;
  const auto face = make_json_log(screen.environment);
  face->on_stage_begin({"render", "px", 0, 1000, 0, 0});
  face->on_progress({"render", "px", 0, 1000, 0, 0});
  face->on_progress(half());
  face->on_stage_end(half());
  face->on_note("a \"note\"\nof two lines");
  face->on_warning("bad \xff byte");
  face->on_interrupt();
  face->on_error(Error(Code::out_of_space, "full"), 4);
  JobSummary summary;
  summary.pixels = 7;
  summary.stages = {{"render", 1.5, 7, "px"}};
  summary.outputs = {{"a/b.zarr", 20, 10}};
  face->on_summary(summary);

  std::vector<nlohmann::json> events;
  std::istringstream lines(screen.out.str());
  for (std::string line; std::getline(lines, line);) {
    events.push_back(nlohmann::json::parse(line, nullptr, false));
    ASSERT_TRUE(events.back().is_object()) << line;
  }
  std::vector<std::string> names;
  for (const auto& event : events) names.push_back(event.at("event"));
  EXPECT_EQ(names, (std::vector<std::string>{"stage_begin", "progress", "progress", "stage_end",
                                             "note", "warning", "interrupt", "error", "summary"}));
  EXPECT_TRUE(events[1].at("left_s").is_null());
  EXPECT_EQ(events[2].at("left_s"), 5.0);
  EXPECT_EQ(events[2].at("rate_per_s"), 1e8);
  EXPECT_EQ(events[7].at("code"), "out_of_space");
  EXPECT_EQ(events[7].at("exit"), 4);
  EXPECT_EQ(events[8].at("outputs")[0].at("path"), "a/b.zarr");
  EXPECT_TRUE(events[8].at("workers_idle_s").is_null()) << "not measured without GPUs";
  EXPECT_TRUE(screen.err.str().empty());
}

TEST(Summary, NamesStagesOutputsAndCompression) {
  JobSummary summary{268435456, 100000000, 3.0, 412 << 20, {}, {}, 0, 0, {}};
  summary.stages = {{"render", 2.0, 100000000, "px"}, {"previews", 0.1, 2, "files"}};
  summary.outputs = {{"run1/image.ome.zarr", 1000, 250}, {"run1/a.png", 40, 10, false}};
  const std::string table = summary_table(summary);
  for (const char* part :
       {"render", "50.0 Mpx/s", "2 files", "268 Mpx", "100 Mpx were made", "412 MiB",
        "run1/image.ome.zarr", "4.00x\n", "260 B", "4.00x  from an earlier run\n"}) {
    EXPECT_NE(table.find(part), std::string::npos) << part << "\n" << table;
  }
  summary.pixels_done = 0;
  EXPECT_NE(summary_table(summary).find("all pixels were there already"), std::string::npos);
}

TEST(Summary, SaysWhatEachGpuDid) {
  JobSummary summary;
  summary.pixels = summary.pixels_done = 200'000'000;
  summary.workers = 2;
  DeviceSummary& well = summary.devices.emplace_back();
  well.name = "GPU 0 (A)";
  well.pixels = 150'000'000;
  well.idle_s = 1.5;
  well.blocked_s = 0.25;
  well.memory_bytes = 64 << 20;
  DeviceSummary& lost = summary.devices.emplace_back();
  lost.name = "GPU 2 (B)";
  lost.pixels = 20'000'000;
  lost.lost = "GPU 2 (B): it fell off the bus";
  lost.note = "GPU 2 (B) was short of memory and drew 3 tiles at a time";
  const std::string table = summary_table(summary);
  for (const char* line :
       {"\nGPU 0 (A): 150 Mpx of the pixels (75.0 %), idle 1.50 s, waiting for the CPU 0.25 s, "
        "64.0 MiB of its memory\n",
        "\nGPU 2 (B): 20.0 Mpx of the pixels (10.0 %), idle 0.00 s, waiting for the CPU 0.00 s, "
        "0 B of its memory; lost on the way\nGPU 2 (B) was short of memory and drew 3 tiles at a "
        "time\n",
        "\nCPU: 30.0 Mpx of the pixels (15.0 %), 2 workers, idle "}) {
    EXPECT_NE(table.find(line), std::string::npos) << line << "\n" << table;
  }
  Screen screen;
  make_json_log(screen.environment)->on_summary(summary);
  const auto devices = nlohmann::json::parse(screen.out.str()).at("devices");
  EXPECT_EQ(devices.at(0), nlohmann::json({{"name", "GPU 0 (A)"},
                                           {"pixels", 150'000'000},
                                           {"idle_s", 1.5},
                                           {"blocked_s", 0.25},
                                           {"memory_bytes", 64 << 20},
                                           {"lost", nullptr},
                                           {"note", nullptr}}));
  EXPECT_EQ(devices.at(1).at("lost"), "GPU 2 (B): it fell off the bus");
  EXPECT_EQ(devices.at(1).at("note"), lost.note);
}

TEST(Summary, SaysHowLongWorkersWaitedBesideGpus) {
  JobSummary summary;
  summary.workers = 2;
  summary.workers_idle_s = 3;
  EXPECT_EQ(summary_table(summary).find("idle"), std::string::npos) << "not measured without GPUs";
  summary.devices.emplace_back().name = "GPU 0 (A)";
  EXPECT_NE(summary_table(summary).find("2 workers, idle 1.50 s on average\n"), std::string::npos)
      << summary_table(summary);
  summary.workers = 1;
  EXPECT_NE(summary_table(summary).find("1 worker, idle 3.00 s\n"), std::string::npos)
      << summary_table(summary);
  Screen screen;
  make_json_log(screen.environment)->on_summary(summary);
  EXPECT_EQ(nlohmann::json::parse(screen.out.str()).at("workers_idle_s"), 3.0);
}

}  // namespace
}  // namespace pantile::cli
