package server_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func seedSchema(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("seed.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// schema is what the tests need of JSON Schema.
type schema struct {
	Ref                  string             `json:"$ref"`
	Description          string             `json:"description"`
	Required             []string           `json:"required"`
	AdditionalProperties *bool              `json:"additionalProperties"`
	Properties           map[string]*schema `json:"properties"`
	Items                *schema            `json:"items"`
	Enum                 []string           `json:"enum"`
	Defs                 map[string]*schema `json:"$defs"`
}

// The schema of seed files and the structs that they become name the same properties, and each is described.
func TestSchemaIsTheStructs(t *testing.T) {
	t.Parallel()
	var root schema
	if err := json.Unmarshal(seedSchema(t), &root); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	var walk func(at string, s *schema, goType reflect.Type)
	walk = func(at string, s *schema, goType reflect.Type) {
		for goType.Kind() == reflect.Pointer {
			goType = goType.Elem()
		}
		if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
			used[name] = true
			s = root.Defs[name]
		}
		switch {
		case goType.Kind() == reflect.Slice:
			walk(at+"[]", s.Items, goType.Elem())
		case goType.Kind() == reflect.Struct && s.Properties != nil:
			if s.AdditionalProperties == nil || *s.AdditionalProperties {
				t.Errorf("%s takes properties that it does not name", at)
			}
			var names, required []string
			for _, field := range reflect.VisibleFields(goType) {
				name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
				if field.Anonymous || name == "-" {
					continue
				}
				names = append(names, name)
				if options != "omitempty" {
					required = append(required, name)
				}
				property, ok := s.Properties[name]
				if !ok {
					t.Errorf("%s.%s is not in the schema", at, name)
					continue
				}
				if len(property.Description) < 5 {
					t.Errorf("%s.%s is not described", at, name)
				}
				walk(at+"."+name, property, field.Type)
			}
			for name := range s.Properties {
				if !slices.Contains(names, name) {
					t.Errorf("%s.%s is in the schema only", at, name)
				}
			}
			slices.Sort(required)
			slices.Sort(s.Required)
			if !slices.Equal(required, s.Required) {
				t.Errorf("%s: required are %v, the schema has %v", at, required, s.Required)
			}
		}
	}
	walk("seed", &root, reflect.TypeFor[domain.Seed]())
	var roles []string
	for _, role := range domain.PortalRoles {
		roles = append(roles, string(role.Name))
	}
	if got := root.Defs["portal_role"].Enum; !slices.Equal(got, roles) {
		t.Errorf("the portal roles are %v, the schema has %v", roles, got)
	}
	for name := range root.Defs {
		if !used[name] && name != "portal_role" {
			t.Errorf("nothing uses $defs/%s", name)
		}
	}
}

// All seeds of this repository are as the schema wants them, and understood.
func TestSeedsOfTheRepository(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(seedSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("seed.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("seed.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && len(entry.Name()) > 2 {
			return fs.SkipDir
		}
		if !strings.HasPrefix(entry.Name(), "seed") || filepath.Ext(entry.Name()) != ".json" || entry.Name() == "seed.schema.json" {
			return nil
		}
		found++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			return err
		}
		if err := compiled.Validate(value); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if _, _, err := server.LoadSeed(path); err != nil {
			t.Error(err)
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("looked at %d seeds: %v", found, err)
	}
}

// Starting again with the same seed changes nothing, also after something of it was deleted.
func TestSeedIsAppliedOnce(t *testing.T) {
	t.Parallel()
	o := server.Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "portal.db"), SeedFile: "testdata/seed.json", SecretIterations: 1}
	northwind := domain.Actor{ClientID: "test", PartnerID: "prt_northwind", PortalRole: domain.RoleAdministrator, Scopes: domain.ScopesOf(domain.RoleAdministrator)}
	state := func(s *server.Server) string {
		t.Helper()
		users, err := s.Service.ListPartnerUsers(t.Context(), northwind, domain.PartnerUserFilter{}, domain.Page{Size: 500})
		if err != nil {
			t.Fatal(err)
		}
		customers, err := s.Service.ListCustomers(t.Context(), northwind, domain.CustomerFilter{}, domain.Page{Size: 500})
		if err != nil {
			t.Fatal(err)
		}
		events, err := s.Service.ListAuditEvents(t.Context(), northwind, domain.AuditFilter{}, domain.Page{Size: 500})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal([]any{users, customers, events})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var want string
	for i, change := range []func(*server.Server) error{
		func(*server.Server) error { return nil },
		func(s *server.Server) error {
			return s.Service.DeleteCustomer(t.Context(), northwind, "cus_initech2222222222222", true, domain.Precondition{})
		},
		func(s *server.Server) error {
			return s.Service.DeletePartnerUser(t.Context(), northwind, "jordan@northwind-msp.example", domain.Precondition{})
		},
		func(*server.Server) error { return nil },
	} {
		s, err := server.New(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if got := state(s); i > 0 && got != want {
			t.Errorf("start %d changed something:\nbefore %s\nafter  %s", i, want, got)
		}
		if err := change(s); err != nil {
			t.Fatal(err)
		}
		want = state(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(want, "cus_acme2222222222222222") || strings.Contains(want, `"id":"cus_initech2222222222222"}`) {
		t.Errorf("the end is %s", want)
	}
}

func TestParseSeedErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\n  \"partner\": []\n}":          `x:2:12: /partner: there is no such field`,
		"{\"partners\": [\n":               "x:1:15: the JSON text ends too early",
		"{\"partners\": []}\n{}":           "x:2:2: there is more behind",
		"{\"partners\": [{\"id\": null}]}": "x:1:26: /partners/0/id: must be a string, not null",
	} {
		if _, _, err := server.ParseSeed("x", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if _, err := server.New(t.Context(), server.Options{SeedFile: "a", SeedJSON: []byte("{}")}); err == nil {
		t.Error("two seeds were taken")
	}
}
