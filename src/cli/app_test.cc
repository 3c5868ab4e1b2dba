#include "cli/app.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/signals.h"

namespace pantile::cli {
namespace {

/// A program whose pipeline only remembers what it was asked.
struct Program {
  std::ostringstream out, err;
  GenerateOptions generated;
  RunOptions run_options;
  MachineInfo machine;
  std::vector<std::string> gpus, notes;
  std::string no_gpus;
  bool cpu_draws = true;
  Code fails = Code::internal;
  bool fail = false;
  Backend backend;
  Environment environment{.out = out,
                          .err = err,
                          .terminal = false,
                          .utf8 = false,
                          .columns = [] { return 80; },
                          .stamp = [] { return "20260102-030405"; },
                          .stop_at_once = {}};

  Program() {
    backend.generate = [this](const GenerateOptions& o, const RunOptions& r) -> Result<JobSummary> {
      generated = o;
      run_options = r;
      if (fail) return Error(fails, "the message");
      return JobSummary{};
    };
    backend.plan = [this](const GenerateOptions& o, const RunOptions& r) -> Result<GeneratePlan> {
      run_options = r;
      if (fail) return Error(fails, "the message");
      GeneratePlan plan;
      plan.gpus = gpus;
      plan.cpu_draws = cpu_draws;
      plan.no_gpus = no_gpus;
      plan.notes = notes;
      plan.options = o;
      plan.options.scale = 0.5;
      plan.levels = {{o.width, o.height, 4, 1}};
      plan.warnings = {"neighbouring pixels collapse"};
      return plan;
    };
    backend.info = [](const std::string& path) -> Result<ImageInfo> {
      ImageInfo info;
      info.path = path;
      info.format = "OME-Zarr 0.5";
      info.spec.levels = {{300, 200, {}, {}}};
      info.job_json = R"({"a": 1, "config": {"formula": {"scale": 0.5, "formula": "simple"}}})";
      info.state = "1 of 2 shards";
      info.disk_bytes = 100;
      info.value_range = {-2, 3};
      info.flaws = {"a.png has 0 bytes"};
      info.layout = "tiles of 512 px";
      return info;
    };
    backend.program = [] { return ProgramInfo{"9.8.7", "AVX3", {{"zstd", "1.5"}}}; };
    backend.machine = [this] { return machine; };
  }
  int operator()(const std::vector<std::string>& words) {
    out.str("");
    err.str("");
    return run(words, backend, environment);
  }
};

TEST(App, ExitCodes) {
  const std::vector<std::pair<Code, int>> codes{
      {Code::invalid, 2}, {Code::not_found, 2},    {Code::foreign, 2},       {Code::conflict, 2},
      {Code::corrupt, 3}, {Code::out_of_space, 4}, {Code::out_of_memory, 4}, {Code::cancelled, 5},
      {Code::io, 1},      {Code::internal, 70}};
  Program program;
  program.fail = true;
  for (const auto& [code, exit] : codes) {
    program.fails = code;
    EXPECT_EQ(program({"generate"}), exit) << code_name(code);
    EXPECT_EQ(program.err.str().find("pantile: "), 0u);
    EXPECT_EQ(program.err.str().back(), '\n');
  }
  std::vector<int> documented;
  for (const ExitMeaning& meaning : exit_meanings()) documented.push_back(meaning.code);
  EXPECT_EQ(documented, (std::vector<int>{0, 1, 2, 3, 4, 5, 70, 130}));
}

TEST(App, GenerateGetsADatedFolderUnlessOneIsNamed) {
  Program program;
  EXPECT_EQ(program({"generate", "--name", "ripples"}), 0);
  EXPECT_EQ(program.generated.out, "ripples-20260102-030405");
  EXPECT_EQ(program({"generate", "--out", "here"}), 0);
  EXPECT_EQ(program.generated.out, "here");
  EXPECT_NE(program.run_options.cancel, nullptr);
  EXPECT_NE(program.run_options.listener, nullptr);
}

TEST(App, AnInterruptedJobSaysHowToGoOn) {
  Program program;
  program.fail = true;
  program.fails = Code::cancelled;
  EXPECT_EQ(program({"generate", "--out", "here"}), 5);
  EXPECT_EQ(program.err.str(), "pantile: interrupted; run the same command again to go on\n");
  EXPECT_EQ(program({"generate"}), 5);
  EXPECT_NE(program.err.str().find("--out pantile-20260102-030405"), std::string::npos);
}

TEST(App, BadUsageIsOneSentenceAndExitTwo) {
  Program program;
  const std::vector<std::vector<std::string>> lines{
      {},          {"nonsense"},          {"options-tabel"}, {"generate", "--nonsense"},
      {"convert"}, {"completion", "tcsh"}};
  for (const auto& words : lines) {
    EXPECT_EQ(program(words), 2);
    const std::string text = program.err.str();
    EXPECT_EQ(text.find("pantile: "), 0u);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_TRUE(program.out.str().empty());
    EXPECT_EQ(text.find("options-table"), std::string::npos) << "is no user's command";
  }
}

TEST(App, ErrorsAppearInTheJsonLogToo) {
  Program program;
  program.fail = true;
  program.fails = Code::out_of_memory;
  EXPECT_EQ(program({"generate", "--log", "json"}), 4);
  const auto event = nlohmann::json::parse(program.out.str());
  EXPECT_EQ(event.at("event"), "error");
  EXPECT_EQ(event.at("exit"), 4);
}

TEST(App, PlanAsTextAndAsJson) {
  Program program;
  EXPECT_EQ(program({"plan", "--size", "300x200"}), 0);
  EXPECT_NE(program.out.str().find("300 x 200"), std::string::npos);
  EXPECT_NE(program.out.str().find("warning     neighbouring pixels collapse"), std::string::npos);
  EXPECT_EQ(program({"plan", "--size", "300x200", "--log", "json"}), 0);
  const auto plan = nlohmann::json::parse(program.out.str());
  EXPECT_EQ(plan.at("options").at("image.width"), "300");
  EXPECT_EQ(plan.at("options").at("formula.scale"), "0.5");
  EXPECT_EQ(plan.at("levels")[0].at("chunks"), 4);
  EXPECT_EQ(plan.at("gpus"), nlohmann::json::array());
}

TEST(App, PlanNamesWhatDraws) {
  Program program;
  const auto said = [&](const std::string& device) {
    EXPECT_EQ(program({"plan", "--device", device}), 0);
    EXPECT_EQ(device_words(program.run_options.device), device);
    return program.out.str();
  };
  program.no_gpus = "nobody asked";
  EXPECT_NE(said("cpu").find("devices     CPU (nobody asked)\n"), std::string::npos);
  EXPECT_EQ(said("cpu").find("GPU"), std::string::npos);
  EXPECT_EQ(program({"plan", "--log", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(program.out.str()).at("no_gpus"), "nobody asked");
  program.notes = {"nobody asked; the CPU draws"};
  EXPECT_NE(said("auto").find("devices     CPU\n"), std::string::npos) << "the note says why";
  program.cpu_draws = false;
  EXPECT_EQ(said("cuda").find("devices     CPU"), std::string::npos) << "it is refused";
  program.notes.clear();
  program.no_gpus.clear();
  program.cpu_draws = true;
  program.gpus = {"GPU 0 (A)", "GPU 2 (B)"};
  EXPECT_NE(said("hybrid").find("devices     GPU 0 (A), GPU 2 (B) and CPU\n"), std::string::npos);
  EXPECT_NE(said("hybrid").find("on the CPU alone, GPUs are not measured"), std::string::npos);
  program.cpu_draws = false;
  EXPECT_NE(said("cuda:0,2").find("devices     GPU 0 (A), GPU 2 (B); the CPU encodes\n"),
            std::string::npos);
}

TEST(App, InfoOfAJobAndOfTheProgram) {
  Program program;
  EXPECT_EQ(program({"info", "run1"}), 0);
  for (const char* part : {"OME-Zarr 0.5", "300 x 200", "1 of 2 shards", "100 B so far",
                           "not whole   a.png has 0 bytes\n", "0 stands for -2 and below",
                           "tiles of 512 px", "formula.scale = 0.5", "formula.formula = simple"}) {
    EXPECT_NE(program.out.str().find(part), std::string::npos) << program.out.str();
  }
  EXPECT_EQ(program({"info", "run1", "--json"}), 0);
  const auto info = nlohmann::json::parse(program.out.str());
  EXPECT_EQ(info.at("job").at("a"), 1);
  EXPECT_EQ(info.at("value_range"), nlohmann::json::parse("[-2, 3]"));
  EXPECT_TRUE(info.at("shard_px").is_null());
  EXPECT_EQ(info.at("flaws").size(), 1u);
  EXPECT_EQ(program({"info"}), 0);
  EXPECT_NE(program.out.str().find("AVX3"), std::string::npos);
  EXPECT_EQ(program({"info", "--json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(program.out.str()).at("simd_target"), "AVX3");
}

TEST(App, InfoOfTheMachine) {
  Program program;
  program.machine.devices.no_gpu = "no NVIDIA driver: nothing";
  program.machine.devices.no_nvrtc = "no library";
  EXPECT_EQ(program({"info"}), 0);
  for (const char* part :
       {"GPUs         none: no NVIDIA driver: nothing\n", "NVRTC        not found: no library\n",
        "built in     no GPU kernels: built without nvcc; GPUs need NVRTC\n",
        "GPU kernels  are not kept\n"}) {
    EXPECT_NE(program.out.str().find(part), std::string::npos) << program.out.str();
  }
  EXPECT_EQ(program({"info", "--json"}), 0);
  auto json = nlohmann::json::parse(program.out.str());
  EXPECT_TRUE(json.at("gpus").empty());
  EXPECT_EQ(json.at("no_gpu"), "no NVIDIA driver: nothing");
  EXPECT_TRUE(json.at("nvrtc_version").is_null());
  EXPECT_TRUE(json.at("builtin_kernels").is_null());

  program.machine = {{}, "/kernels"};
  DevicesInfo& devices = program.machine.devices;
  devices.gpus = {{0, "One", 9, 0, std::int64_t{8} << 30, ""},
                  {1, "Two", 6, 1, std::int64_t{4} << 30, "GPU 1 (Two) is too old"}};
  devices.driver = "13.0";
  devices.nvrtc = "12.9";
  devices.builtin_kernels = "sm_90, PTX";
  EXPECT_EQ(program({"info"}), 0);
  for (const char* part :
       {"GPU 0        One, compute capability 9.0, 8", "GiB\n",
        "GPU 1        cannot be used: GPU 1 (Two) is too old\n",
        "GPU driver   for CUDA up to 13.0\n", "NVRTC        12.9\n",
        "built in     GPU kernels for sm_90, PTX\n", "GPU kernels  kept in /kernels\n"}) {
    EXPECT_NE(program.out.str().find(part), std::string::npos) << program.out.str();
  }
  EXPECT_EQ(program({"info", "--json"}), 0);
  json = nlohmann::json::parse(program.out.str());
  EXPECT_EQ(json.at("gpus")[0].at("compute_capability"), "9.0");
  EXPECT_EQ(json.at("gpus")[0].at("memory_bytes"), std::int64_t{8} << 30);
  EXPECT_TRUE(json.at("gpus")[0].at("unusable").is_null());
  EXPECT_EQ(json.at("gpus")[1].at("unusable"), "GPU 1 (Two) is too old");
  EXPECT_EQ(json.at("driver_cuda_version"), "13.0");
  EXPECT_EQ(json.at("nvrtc_version"), "12.9");
  EXPECT_EQ(json.at("builtin_kernels"), "sm_90, PTX");
  EXPECT_TRUE(json.at("no_gpu").is_null());
  EXPECT_EQ(json.at("kernel_folder"), "/kernels");
  EXPECT_EQ(program({"--version", "--verbose"}), 0);
  EXPECT_EQ(program.out.str().find("GPU"), std::string::npos) << "the program alone";
}

TEST(App, HelpVersionManualAndCompletion) {
  Program program;
  EXPECT_EQ(program({"--help"}), 0);
  EXPECT_NE(program.out.str().find("Usage: pantile COMMAND"), std::string::npos);
  EXPECT_EQ(program({"--version"}), 0);
  EXPECT_EQ(program.out.str(), "pantile 9.8.7\n");
  EXPECT_EQ(program({"--version", "--verbose"}), 0);
  EXPECT_NE(program.out.str().find("zstd"), std::string::npos);
  EXPECT_EQ(program({"preview", "--help"}), 0);
  EXPECT_NE(program.out.str().find("Usage: pantile preview INPUT [options]"), std::string::npos);
  EXPECT_EQ(program.out.str().find("TOML"), std::string::npos) << "preview reads no TOML file";
  EXPECT_EQ(program({"generate", "--help"}), 0);
  EXPECT_NE(program.out.str().find("TOML: image.width"), std::string::npos);
  EXPECT_EQ(program({"completion", "--help"}), 0);
  EXPECT_EQ(program.out.str().find("default"), std::string::npos) << "SHELL has to be given";
  EXPECT_EQ(program({"man"}), 0);
  EXPECT_EQ(program.out.str().find(".TH PANTILE 1"), 0u);
  EXPECT_EQ(program({"completion", "bash"}), 0);
  EXPECT_NE(program.out.str().find("complete -o filenames -F _pantile pantile"), std::string::npos);
}

TEST(App, AFullDiskOnStandardOutputIsAnError) {
  Program program;
  program.out.setstate(std::ios::badbit);
  EXPECT_EQ(program({"--help"}), 1);
}

TEST(SignalWatcher, TellsFirstFromSecondAndRestores) {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  std::promise<void> first, second;
  {
    const SignalWatcher watcher([&] { first.set_value(); }, [&] { second.set_value(); });
    kill(getpid(), SIGINT);
    first.get_future().wait();
    kill(getpid(), SIGTERM);
    second.get_future().wait();
  }
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
  EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

}  // namespace
}  // namespace pantile::cli
