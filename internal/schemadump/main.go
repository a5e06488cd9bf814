// Command schemadump writes the provider's schema to standard output, in the JSON of `terraform providers schema -json`.
//
// The documentation is generated from it. It asks the provider itself over the plugin protocol, so that list resources,
// actions and identities are there although the installed Terraform may be too old to know them, and so that generating
// starts no Terraform and downloads nothing.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/provider"
)

// providerAddress is the key under which tfplugindocs looks for the provider. It takes no other namespace.
const providerAddress = "registry.terraform.io/hashicorp/msp"

func main() {
	server := providerserver.NewProtocol6(provider.New("dev")())()
	if err := dump(context.Background(), server, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "schemadump:", err)
		os.Exit(1)
	}
}

// dump writes the schema of the provider behind server to out.
func dump(ctx context.Context, server tfprotov6.ProviderServer, out io.Writer) error {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("reading schemas: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return fmt.Errorf("reading identity schemas: %w", err)
	}
	for _, d := range append(schemas.Diagnostics, identities.Diagnostics...) {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}

	document, err := newDocument(schemas, identities)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}
