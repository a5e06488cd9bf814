// Command terraform-provider-msp is the provider as Terraform starts it, and the reference server.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/provider"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
)

// version is set by the release build.
var version = "dev"

const usage = `Usage: terraform-provider-msp [--debug | COMMAND]

Without arguments it is the provider: Terraform starts it by itself.

  --debug                    serve the provider for a debugger; prints the variable that tells Terraform
  reference-server [flags]   run the reference server; -h shows its flags
  version                    print the version
`

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run answers the exit status: 2 for wrong arguments, 1 for any other failure.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		return serve(ctx, false, stderr)
	}
	command, rest := args[0], args[1:]
	if command == "reference-server" {
		return server.Command(ctx, rest, stdout, stderr)
	}
	if len(rest) > 0 {
		return wrong(stderr, rest[0])
	}
	switch command {
	case "--debug", "-debug":
		return serve(ctx, true, stderr)
	case "version", "--version", "-version":
		fmt.Fprintf(stdout, "terraform-provider-msp %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	case "help", "--help", "-help", "-h":
		fmt.Fprint(stdout, usage)
		return 0
	default:
		return wrong(stderr, command)
	}
}

func serve(ctx context.Context, debug bool, stderr io.Writer) int {
	if err := provider.Serve(ctx, version, debug); err != nil {
		fmt.Fprintf(stderr, "terraform-provider-msp: %v\n", err)
		return 1
	}
	return 0
}

func wrong(stderr io.Writer, arg string) int {
	fmt.Fprintf(stderr, "terraform-provider-msp: unknown argument %q\n\n%s", arg, usage)
	return 2
}
