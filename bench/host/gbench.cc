// SPDX-License-Identifier: BSD-2-Clause
#include "gbench.h"

#include <benchmark/benchmark.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using benchmark::BenchmarkReporter;

// Initialize wants a modifiable argv and leaves in it what it did not understand.
bool initialize(const std::vector<std::string> &flags, std::string *unknown)
{
    static char name[] = "ukrun"; // Google Benchmark keeps the pointer
    std::vector<std::string> words(flags);
    std::vector<char *> argv = { name };
    for (std::string &word : words)
        argv.push_back(&word[0]);
    argv.push_back(nullptr);
    int argc = static_cast<int>(words.size()) + 1;
    benchmark::Initialize(&argc, argv.data());
    if (argc > 1 && unknown)
        *unknown = argv[1];
    return argc == 1;
}

// Takes the list of names that RunSpecifiedBenchmarks prints, and its complaints.
class Listener : public BenchmarkReporter {
public:
    Listener()
    {
        SetOutputStream(&names);
        SetErrorStream(&complaints);
    }
    bool ReportContext(const Context &) override { return true; }
    void ReportRuns(const std::vector<Run> &) override {}
    std::ostringstream names, complaints;
};

double counter(const BenchmarkReporter::Run &run, const char *name)
{
    auto found = run.counters.find(name);
    return found == run.counters.end() ? 0 : static_cast<double>(found->second);
}

// The table on the terminal. The name of a ticks column is the platform's unit, never "time".
class Table : public BenchmarkReporter {
public:
    explicit Table(const gbench_report *report) : report_(report) {}

    bool ReportContext(const Context &context) override
    {
        width_ = static_cast<int>(context.name_field_width);
        if (width_ < 30)
            width_ = 30;
        std::printf("%-*s %14s %10s %8s%s\n", width_, "benchmark (median per operation)", report_->unit, "overhead",
                    "samples", report_->tick_rate > 0 ? "           time" : "");
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            std::string name = run.benchmark_name();
            if (run.error_occurred) {
                std::printf("%-*s %14s  %s\n", width_, name.c_str(), "none", run.error_message.c_str());
                continue;
            }
            if (run.aggregate_unit == benchmark::kPercentage) {
                std::printf("%-*s %12.2f %%\n", width_, name.c_str(), 100 * counter(run, report_->unit));
                continue;
            }
            std::printf("%-*s %14.1f %10.0f %8.0f", width_, name.c_str(), counter(run, report_->unit),
                        counter(run, "overhead"), counter(run, "samples"));
            if (report_->tick_rate > 0)
                std::printf(" %12.1f ns", run.GetAdjustedRealTime());
            std::putchar('\n');
        }
    }

private:
    const gbench_report *report_;
    int width_ = 30;
};

// Names as they were registered: the suffixes say how this process was driven, not what was measured.
std::vector<BenchmarkReporter::Run> plain(const std::vector<BenchmarkReporter::Run> &runs)
{
    std::vector<BenchmarkReporter::Run> result(runs);
    for (BenchmarkReporter::Run &run : result) {
        run.run_name.time_type.clear();
        run.run_name.iterations.clear();
        run.cpu_accumulated_time = run.real_accumulated_time; // the guest had the processor to itself
    }
    return result;
}

class PlainTable : public Table {
public:
    using Table::Table;
    void ReportRuns(const std::vector<Run> &runs) override { Table::ReportRuns(plain(runs)); }
};

// Google Benchmark's own JSON; without times where the platform knows none.
class PlainJson : public benchmark::JSONReporter {
public:
    explicit PlainJson(bool times) : times_(times) {}
    bool ReportContext(const Context &context) override
    {
        target_ = &GetOutputStream();
        SetOutputStream(&buffer_);
        return JSONReporter::ReportContext(context);
    }
    void ReportRuns(const std::vector<Run> &runs) override { JSONReporter::ReportRuns(plain(runs)); }
    void Finalize() override
    {
        JSONReporter::Finalize();
        char *stripped = times_ ? nullptr : gbench_without_times(buffer_.str().c_str());
        *target_ << (stripped ? stripped : times_ ? buffer_.str().c_str() : "{}\n") << std::flush;
        std::free(stripped);
        SetOutputStream(target_);
    }

private:
    bool times_;
    std::ostream *target_ = nullptr;
    std::ostringstream buffer_;
};

void replay(benchmark::State &state, const gbench_report *report, const gbench_point *point)
{
    if (point->error) {
        state.SkipWithError(point->error);
        return;
    }
    for (auto _ : state)
        if (report->tick_rate > 0)
            state.SetIterationTime(point->ticks / report->tick_rate);
    state.counters[report->unit] = point->ticks;
    state.counters["overhead"] = point->overhead;
    state.counters["samples"] = point->samples;
    for (size_t i = 0; i < point->event_count; i++)
        state.counters[point->events[i].name] = point->events[i].count;
}

void register_rows(const gbench_report *report)
{
    for (size_t i = 0; i < report->row_count; i++) {
        const gbench_row *row = &report->rows[i];
        size_t next = 0; // one call a repetition
        auto *family = benchmark::RegisterBenchmark(row->name, [=](benchmark::State &state) mutable {
            replay(state, report, &row->points[next++ % report->point_count]);
        });
        if (report->tick_rate > 0)
            family->UseManualTime();
    }
}

} // namespace

extern "C" bool gbench_flags(const struct strings *flags, char **why)
{
    std::vector<std::string> words(flags->items, flags->items + flags->count);
    std::string unknown;
    if (initialize(words, &unknown))
        return true;
    *why = format("unknown argument or bad value '%s'", unknown.c_str());
    return false;
}

extern "C" bool gbench_select(const struct strings *names, const char *filter, struct strings *selected, char **why)
{
    for (size_t i = 0; i < names->count; i++)
        benchmark::RegisterBenchmark(names->items[i], [](benchmark::State &) {});
    initialize({ "--benchmark_list_tests=true" }, nullptr);
    Listener listener;
    size_t count = benchmark::RunSpecifiedBenchmarks(&listener, nullptr, *filter ? filter : ".");
    initialize({ "--benchmark_list_tests=false" }, nullptr);
    benchmark::ClearRegisteredBenchmarks();
    std::istringstream lines(listener.names.str());
    for (std::string line; std::getline(lines, line);)
        strings_push(selected, line.c_str());
    if (count && selected->count)
        return true;
    std::string complaint = listener.complaints.str();
    complaint.resize(complaint.find_last_not_of('\n') + 1);
    *why = format("--benchmark_filter: %s", complaint.empty() ? "no benchmark matches" : complaint.c_str());
    return false;
}

extern "C" bool gbench_print(const struct gbench_report *report, char **why)
{
    // One iteration a repetition: the samples were taken in the guest.
    std::vector<std::string> words = { "--benchmark_min_time=0",
        "--benchmark_repetitions=" + std::to_string(report->point_count) };
    if (report->out) {
        if (!std::ofstream(report->out)) {
            *why = format("%s cannot be written: %s", report->out, std::strerror(errno));
            return false;
        }
        words.push_back(std::string("--benchmark_out=") + report->out);
    }
    initialize(words, nullptr);
    benchmark::AddCustomContext("platform", report->platform);
    benchmark::AddCustomContext("unit", report->unit);
    benchmark::AddCustomContext("run", report->run);
    register_rows(report);
    PlainTable table(report);
    PlainJson json(report->tick_rate > 0), file(report->tick_rate > 0);
    Listener nobody;
    BenchmarkReporter *const displays[] = { &nobody, &table, &json }; // as enum gbench_display
    benchmark::RunSpecifiedBenchmarks(displays[report->display], report->out ? &file : nullptr, ".");
    benchmark::ClearRegisteredBenchmarks();
    benchmark::Shutdown();
    return true;
}
