package provider

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Address is the provider's name in full.
const Address = "registry.terraform.io/terraform-provider-msp/msp"

// gcPercent lets the heap grow to three times of what is in use before it is collected. What is in use is little (see
// lean). More saves no time that can be measured, and makes the process larger than 100 MB at 10,000 resources.
const gcPercent = 200

// logVariables set the levels of the loggers that work in this process: those of the SDK with its subsystems, and the
// provider's own.
var logVariables = []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_MSP"}

// Serve is the plugin that Terraform talks to, until Terraform ends it. With attach it waits for a Terraform that is told
// by a variable, which it prints, where it listens.
func Serve(ctx context.Context, version string, attach bool) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if attach {
		return providerserver.Serve(ctx, New(version), providerserver.ServeOpts{Address: Address, Debug: true, ProtocolVersion: 6})
	}
	if logsWanted(os.Environ()) {
		return tf6server.Serve(Address, providerserver.NewProtocol6(New(version)()))
	}
	if err := silenceLogs(); err != nil {
		return err
	}
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer { return NewServer(version, time.Now) })
}

// NewServer is the provider as Terraform gets it where nobody wants logs. What it knows of the API ages by the clock now.
func NewServer(version string, now func() time.Time) tfprotov6.ProviderServer {
	p := newProvider(version, now)
	return lean(providerserver.NewProtocol6(p)(), &unchanged{provider: p})
}

// logsWanted tells whether any of Terraform's variables about logs is set. Which of them asks for what is not judged here:
// then everything is written, and Terraform chooses.
func logsWanted(environment []string) bool {
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if value != "" && (name == "TF_LOG" || strings.HasPrefix(name, "TF_LOG_") || name == "TF_ACC_LOG_PATH") {
			return true
		}
	}
	return false
}

// silenceLogs spares the lines that nobody asked for: the loggers write all of them down to TRACE, and Terraform parses
// each one to drop it. That is a third of the processor time of a large plan.
func silenceLogs() error {
	var errs []error
	for _, name := range logVariables {
		errs = append(errs, os.Setenv(name, "OFF"))
	}
	return errors.Join(errs...)
}
