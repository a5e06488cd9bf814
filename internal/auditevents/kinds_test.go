package auditevents_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/auditevents"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// TestKindsAreListed holds the lists of the documentation and of the contract: nobody can guess what to filter by.
func TestKindsAreListed(t *testing.T) {
	t.Parallel()
	var schema datasource.SchemaResponse
	auditevents.NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &schema)
	filter := schema.Schema.Attributes["kind"].GetMarkdownDescription()
	contract, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, event, _ := strings.Cut(string(contract), "\n    AuditEvent:\n")
	event, _, _ = strings.Cut(event, "\n        object_id:")
	for _, kind := range kinds(t) {
		// Ways in that are no objects: nothing is ever written about them.
		written := !slices.Contains([]string{domain.KindBuiltinAdmin, domain.KindDelegatedSignIn}, kind)
		for where, text := range map[string]string{"the filter's description": filter, "the contract": event} {
			if strings.Contains(text, "`"+kind+"`") != written {
				t.Errorf("%s: of the kind %q, listed should be %t", where, kind, written)
			}
		}
	}
}

// kinds are those that the domain declares.
func kinds(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../server/domain/audit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Kind") {
			literal, ok := spec.Values[0].(*ast.BasicLit)
			if !ok {
				t.Fatalf("%s is no literal", spec.Names[0].Name)
			}
			kind, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, kind)
		}
		return true
	})
	if len(all) < 20 {
		t.Fatalf("found only %v", all)
	}
	return all
}
