package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// Names of the arguments. Those that the client checks are spelled as its fields.
const (
	attrEndpoint             = client.FieldEndpoint
	attrClientID             = client.FieldClientID
	attrClientSecret         = client.FieldClientSecret
	attrClientSecretFile     = "client_secret_file"
	attrToken                = client.FieldToken
	attrTokenFile            = "token_file"
	attrCACertFile           = client.FieldCACert
	attrMaxRetries           = client.FieldMaxRetries
	attrRequestTimeout       = client.FieldRequestTimeout
	attrMaxRequestsPerSecond = client.FieldMaxRequestsPerSecond
	attrAdoptExisting        = "adopt_existing"
	attrSandbox              = "sandbox"
	attrSandboxPath          = "path"
	attrSandboxSeedFile      = "seed_file"
)

// model is the provider block.
type model struct {
	Endpoint             types.String  `tfsdk:"endpoint"`
	ClientID             types.String  `tfsdk:"client_id"`
	ClientSecret         types.String  `tfsdk:"client_secret"`
	ClientSecretFile     types.String  `tfsdk:"client_secret_file"`
	Token                types.String  `tfsdk:"token"`
	TokenFile            types.String  `tfsdk:"token_file"`
	CACertFile           types.String  `tfsdk:"ca_cert_file"`
	MaxRetries           types.Int64   `tfsdk:"max_retries"`
	RequestTimeout       types.String  `tfsdk:"request_timeout"`
	MaxRequestsPerSecond types.Float64 `tfsdk:"max_requests_per_second"`
	AdoptExisting        types.Bool    `tfsdk:"adopt_existing"`
	Sandbox              types.Object  `tfsdk:"sandbox"`
}

// sandboxModel is the object sandbox.
type sandboxModel struct {
	Path     types.String `tfsdk:"path"`
	SeedFile types.String `tfsdk:"seed_file"`
}

func providerSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Manages what a managed service provider (MSP) otherwise clicks together in a partner portal: the partner's own people, its customers, and who of the partner may enter which customer with which role. " +
			"It talks to any server of the MSP reference API. The provider needs an `endpoint` and one way of authenticating, or `sandbox = {}` to try it out without either.",
		Attributes: map[string]schema.Attribute{
			attrEndpoint: text("Base URL of the API, such as `https://portal.example`: the part before `/v1`. It must be https; http is accepted for a loopback address only, such as `http://127.0.0.1:8080` of a reference server on the same machine.",
				envEndpoint, endpointURL{}),
			attrClientID: text("ID of the API client (OAuth 2.0 client credentials) that Terraform acts as. It decides which partner is managed and, by its portal role, what Terraform may do. Needs `client_secret` or `client_secret_file`.",
				envClientID),
			attrClientSecret: secretText("Secret of the API client `client_id`. Keep it out of the configuration: use the environment variable or `client_secret_file`.",
				envClientSecret),
			attrClientSecretFile: text("File that holds the secret of the API client `client_id`, for example as a CI system or a secret store mounts it. One line break at its end is ignored.",
				envClientSecretFile),
			attrToken: secretText("Access token (bearer token) to use instead of client credentials. It is used as it is and can't be renewed, so it must outlive the run.",
				envToken),
			attrTokenFile: text("File that holds the access token, instead of `token`. One line break at its end is ignored.", ""),
			attrCACertFile: text("File with certificates of authorities, in PEM format, that are trusted besides those of the operating system: for an API behind a company's own authority.",
				envCACertFile),
			attrMaxRetries: schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How often a request is repeated that failed for a reason that may pass, such as a lost connection, an overloaded server or a rate limit. 0 to 100, default %d. Between repeats the provider waits longer and longer, or as long as the server asks for, up to a minute; if the server asks for more, the request fails at once. A write is repeated only in a way that can't do it twice.", client.DefaultMaxRetries),
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(0, 100)},
			},
			attrRequestTimeout: text(fmt.Sprintf("How long a single try of a request may take, as a number with a unit such as `\"30s\"` or `\"2m\"`; default `%q`.", client.DefaultRequestTimeout.String()),
				"", positiveDuration{}),
			attrMaxRequestsPerSecond: schema.Float64Attribute{
				MarkdownDescription: "How many requests a second the provider sends at most, for APIs with a rate limit that other programs share; at least 0.1, by default without a limit. A limit that the server announces is always kept.",
				Optional:            true,
				Validators:          []validator.Float64{float64validator.AtLeast(0.1)},
			},
			attrAdoptExisting: schema.BoolAttribute{
				MarkdownDescription: "Whether creating an object that exists already with the very same arguments takes it into the state instead of failing; default `false`. It helps after an apply that was killed half-way through. An object with other arguments is never taken over: import it.",
				Optional:            true,
			},
			attrSandbox: schema.SingleNestedAttribute{
				MarkdownDescription: "Use no server at all: the provider runs the reference server in its own process on an embedded database file. For trying out and for `terraform test`. `sandbox = {}` is enough. It needs no credentials, ignores environment variables for them and can't be combined with `endpoint`, credentials or `ca_cert_file`. " +
					"A fresh sandbox holds one partner with the id `sandbox`, with two products and one portal admin; Terraform acts for that person as an MSP administrator. What Terraform makes stays in the file until it is destroyed or the file is deleted.",
				Optional: true,
				Attributes: map[string]schema.Attribute{
					attrSandboxPath: text("Database file. It and the folders above it are created if missing. By default `msp-sandbox/sandbox.db` in Terraform's data folder: `.terraform` of the working directory, or the folder in the environment variable `TF_DATA_DIR`.", ""),
					attrSandboxSeedFile: text("JSON file, in the format of the reference server's seed, with further objects, such as referral customers or courses. It must have something for the partner with the id `sandbox`, which Terraform acts as; that partner itself stays as it is. "+
						"It never changes what exists already, and the same file is applied once.", ""),
				},
			},
		},
	}
}

// text is an optional argument and the environment variable that stands in for it, if there is one.
func text(description, variable string, validators ...validator.String) schema.StringAttribute {
	if variable != "" {
		description += " Environment variable: `" + variable + "`."
	}
	return schema.StringAttribute{
		MarkdownDescription: description,
		Optional:            true,
		Validators:          append([]validator.String{notEmpty{variable}}, validators...),
	}
}

func secretText(description, variable string) schema.StringAttribute {
	attribute := text(description, variable)
	attribute.Sensitive = true
	return attribute
}
