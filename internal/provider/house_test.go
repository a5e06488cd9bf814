package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// house gathers what is not as everything in this provider is, so that one run shows all of it.
type house struct{ faults []string }

func (h *house) fault(format string, args ...any) {
	h.faults = append(h.faults, fmt.Sprintf(format, args...))
}

// TestHouse walks the registries and holds all that Terraform can use to the same rules.
func TestHouse(t *testing.T) {
	t.Parallel()
	tf := start(t, nil)
	identities, err := tf.provider.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{}

	h.described("provider", tf.schemas.Provider.Block)
	h.secretsAreSensitive("provider", tf.schemas.Provider.Block.Attributes)
	h.exampled("provider", "provider.tf")
	for name, schema := range tf.schemas.ResourceSchemas {
		h.named("resource", name)
		h.described("resource "+name, schema.Block)
		h.hasID(name, schema.Block.Attributes)
		h.identified(name, identities.IdentitySchemas[name])
		h.exampled("resources/"+name, "resource.tf", "import.sh", "import-by-string-id.tf", "import-by-identity.tf")
	}
	for name, schema := range tf.schemas.DataSourceSchemas {
		h.named("data source", name)
		h.described("data source "+name, schema.Block)
		h.exampled("data-sources/"+name, "data-source.tf")
	}
	for name, schema := range tf.schemas.EphemeralResourceSchemas {
		h.named("ephemeral resource", name)
		h.described("ephemeral resource "+name, schema.Block)
		h.secretsAreSensitive("ephemeral resource "+name, schema.Block.Attributes)
		h.exampled("ephemeral-resources/"+name, "ephemeral-resource.tf")
	}
	for _, newResource := range resources {
		h.importable(t, newResource())
	}
	if len(h.faults) > 0 {
		slices.Sort(h.faults)
		t.Errorf("%d faults:\n  %s", len(h.faults), strings.Join(h.faults, "\n  "))
	}
}

var typeNames = regexp.MustCompile(`^msp(_[a-z]+)+$`)

func (h *house) named(kind, name string) {
	if !typeNames.MatchString(name) {
		h.fault("%s %s: the name is not of the form msp_words", kind, name)
	}
}

// described wants a description of the block and of every attribute, that of a sentence.
func (h *house) described(where string, block *tfprotov6.SchemaBlock) {
	h.sentence(where, block.Description)
	for _, b := range block.BlockTypes {
		h.fault("%s: %s is a nested block, which Terraform treats worse than a nested attribute", where, b.TypeName)
	}
	h.attributesDescribed(where, block.Attributes)
}

func (h *house) attributesDescribed(where string, attributes []*tfprotov6.SchemaAttribute) {
	for _, a := range attributes {
		at := where + ", attribute " + a.Name
		h.sentence(at, a.Description)
		if a.DescriptionKind != tfprotov6.StringKindMarkdown {
			h.fault("%s: the description is no Markdown", at)
		}
		if a.NestedType != nil {
			h.attributesDescribed(at, a.NestedType.Attributes)
		}
	}
}

func (h *house) sentence(where, text string) {
	switch {
	case text == "":
		h.fault("%s: no description", where)
	case !strings.HasSuffix(text, "."):
		h.fault("%s: the description does not end with a full stop", where)
	}
}

var secretNames = regexp.MustCompile(`(secret|password|token|key)$`)

func (h *house) secretsAreSensitive(where string, attributes []*tfprotov6.SchemaAttribute) {
	for _, a := range attributes {
		if secretNames.MatchString(a.Name) && !a.Sensitive {
			h.fault("%s, attribute %s: not sensitive", where, a.Name)
		}
	}
}

func (h *house) hasID(name string, attributes []*tfprotov6.SchemaAttribute) {
	for _, a := range attributes {
		if a.Name == "id" && a.Computed && !a.Optional {
			return
		}
	}
	h.fault("resource %s: no computed id", name)
}

func (h *house) identified(name string, identity *tfprotov6.ResourceIdentitySchema) {
	if identity == nil || len(identity.IdentityAttributes) == 0 {
		h.fault("resource %s: no identity", name)
		return
	}
	required := false
	for _, a := range identity.IdentityAttributes {
		h.sentence("resource "+name+", identity attribute "+a.Name, a.Description)
		required = required || a.RequiredForImport
	}
	if !required {
		h.fault("resource %s: no identity attribute is required for an import", name)
	}
}

func (h *house) importable(t *testing.T, r resource.Resource) {
	t.Helper()
	if _, ok := r.(resource.ResourceWithImportState); !ok {
		var metadata resource.MetadataResponse
		r.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "msp"}, &metadata)
		h.fault("resource %s: can't be imported", metadata.TypeName)
	}
}

func (h *house) exampled(folder string, files ...string) {
	for _, file := range files {
		path := filepath.Join("examples", filepath.FromSlash(folder), file)
		if info, err := os.Stat(filepath.Join("..", "..", path)); err != nil || info.Size() == 0 {
			h.fault("%s is missing", filepath.ToSlash(path))
		}
	}
}
