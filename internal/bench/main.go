// Command bench measures the provider and the reference server beside others, see README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const usage = `Usage: bench COMMAND [flags]

  run      measure Terraform with this provider, with none, with others; -h shows the flags
  server   measure the reference server under load
  plot     draw plan time over rows from what run wrote
  compare  print the goals of several runs beside each other, in Markdown: bench compare [-into PAGE] FILE...
`

func main() {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	restore()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command\n%s", usage)
	}
	flags := flag.NewFlagSet("bench "+args[0], flag.ExitOnError)
	switch args[0] {
	case "run":
		var o options
		flags.StringVar(&o.provider, "provider", "bin/bench-providers/terraform-provider-msp", "the provider's binary, which has the reference server too")
		flags.StringVar(&o.noop, "noop", "bin/bench-providers/terraform-provider-noop", "the binary of the provider that does nothing")
		flags.StringVar(&o.plain, "plain", "bin/bench-providers/terraform-provider-plain", "the binary of the provider that neither checks nor verifies")
		flags.StringVar(&o.peers, "peers", os.Getenv("MSP_BENCH_PEERS"), "folder with the binaries of other providers")
		flags.StringVar(&o.terraform, "terraform", "terraform", "the CLI to drive")
		flags.StringVar(&o.out, "out", "internal/bench/results.json", "file for the figures")
		flags.StringVar(&o.only, "only", "", "measure only the jobs whose names have this in them, and the applies, which make the states")
		flags.IntVar(&o.rounds, "rounds", 3, "rounds of which the medians are taken")
		flags.IntVar(&o.rows, "rows", 1000, "rows, a multiple of 100")
		flags.IntVar(&o.scale, "scale", 10000, "rows for what is compared with many more of them")
		flags.DurationVar(&o.budget, "budget", 9*time.Minute, "no further work is begun after this time that a shorter run can do without")
		_ = flags.Parse(args[1:])
		return runAll(ctx, o)
	case "server":
		var o loadOptions
		flags.StringVar(&o.provider, "provider", "bin/bench-providers/terraform-provider-msp", "the binary that has the reference server")
		flags.StringVar(&o.postgres, "postgres", os.Getenv("MSP_BENCH_POSTGRES"), "URL of an empty PostgreSQL database")
		flags.DurationVar(&o.duration, "duration", 5*time.Second, "how long each kind of load lasts")
		_ = flags.Parse(args[1:])
		return loadAll(ctx, o)
	case "plot":
		in := flags.String("in", "internal/bench/results.json", "what run wrote")
		out := flags.String("out", "internal/bench/plan.svg", "the picture")
		_ = flags.Parse(args[1:])
		return plotAll(*in, *out)
	case "compare":
		into := flags.String("into", "", "page that gets the table, between two lines that mark where")
		_ = flags.Parse(args[1:])
		return compareAll(os.Stdout, *into, flags.Args())
	default:
		return fmt.Errorf("unknown command %q\n%s", args[0], usage)
	}
}
