package directoryintegration_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const (
	typeName = "msp_directory_integration"
	address  = typeName + ".test"
	settings = `host = "dc2.northwind-msp.example"; bind_dn = "CN=portal"; base_dn = "OU=Staff,DC=example"`
	key      = `{\"type\":\"service_account\",\"client_email\":\"a@b.example\",\"private_key\":\"k\"}`
)

// staff is a directory that only opens to the right password.
type staff struct{ password string }

func (s staff) Read(_ context.Context, config domain.DirectoryConfig, each func(domain.DirectoryPerson) error) error {
	if config.LDAP.Password.Reveal() != s.password {
		return &domain.DirectoryError{Kind: domain.DirectoryCredentials, Detail: "nobody may sign in with these"}
	}
	return errors.Join(each(domain.DirectoryPerson{ID: "1", Email: "mia@northwind-msp.example", Name: "Mia"}),
		each(domain.DirectoryPerson{ID: "2", Email: "noah@northwind-msp.example", Name: "Noah"}))
}

// ldap is an integration with these arguments, and these of its block, separated by semicolons.
func ldap(arguments, block string) string {
	return acctest.Block(typeName, fmt.Sprintf(`name = "staff"; type = "active_directory"; %s; ldap = { %s }`, arguments, strings.ReplaceAll(block, ";", ",")))
}

func withWriteOnly(t *testing.T, s *acctest.Server, steps ...resource.TestStep) {
	t.Helper()
	s.TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)}, Steps: steps,
	})
}

func now(t *testing.T, s *acctest.Server) api.Directory {
	t.Helper()
	d, err := s.Client(t).GetDirectory(t.Context(), "staff")
	if err != nil {
		t.Error(err)
		return api.Directory{}
	}
	return d.Value
}

func at(parts ...string) tfjsonpath.Path {
	path := tfjsonpath.New(parts[0])
	for _, part := range parts[1:] {
		path = path.AtMapKey(part)
	}
	return path
}

func TestAccDirectoryIntegration_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithDirectories(staff{"second"}))
	synchronize := func() {
		if err := s.Service.DoChores(t.Context()); err != nil {
			t.Error(err)
		}
	}
	var written string
	noteSecret := func(*terraform.State) error {
		written = now(t, s).SecretChangedAt.String()
		return nil
	}
	sameSecret := func(same bool) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if (now(t, s).SecretChangedAt.String() == written) != same {
				return fmt.Errorf("the secret was written at %s, before %s", now(t, s).SecretChangedAt, written)
			}
			return nil
		}
	}
	withWriteOnly(t, s,
		resource.TestStep{
			Config:           ldap("", settings+`; password_wo = "first"`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, at("id"), knownvalue.StringExact("staff")),
				statecheck.ExpectKnownValue(address, at("ldap", "port"), knownvalue.Int64Exact(636)),
				statecheck.ExpectKnownValue(address, at("ldap", "encryption"), knownvalue.StringExact("strict")),
				statecheck.ExpectKnownValue(address, at("ldap", "password_wo"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, at("sync_enabled"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue(address, at("status"), knownvalue.StringExact("queued")),
				statecheck.ExpectKnownValue(address, at("user_count"), knownvalue.Int64Exact(0)),
				statecheck.ExpectKnownValue(address, at("azure"), knownvalue.Null()),
			},
			Check: noteSecret,
		},
		// What a synchronization does is no difference, nor are other spellings of the host, nor another secret alone.
		resource.TestStep{
			PreConfig:        synchronize,
			Config:           ldap("", strings.Replace(settings, "dc2", "DC2", 1)+`; password_wo = "second"`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, at("status"), knownvalue.StringExact("failed")),
				statecheck.ExpectKnownValue(address, at("last_error"), knownvalue.StringExact("credentials: nobody may sign in with these")),
			},
			Check: sameSecret(true),
		},
		// The version alone is an update, which sends the secret.
		resource.TestStep{
			Config:           ldap("", settings+`; password_wo = "second"; password_wo_version = 2`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            sameSecret(false),
		},
		resource.TestStep{
			PreConfig:        synchronize,
			Config:           ldap("", settings+`; password_wo = "second"; password_wo_version = 2`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, at("status"), knownvalue.StringExact("ok")),
				statecheck.ExpectKnownValue(address, at("user_count"), knownvalue.Int64Exact(2)),
				statecheck.ExpectKnownValue(address, at("last_sync_at"), knownvalue.NotNull()),
				statecheck.ExpectKnownValue(address, at("last_error"), knownvalue.Null()),
			},
			Check: noteSecret,
		},
		// What does not concern the secret leaves it as it is, given or not.
		resource.TestStep{
			Config:           ldap(`description = "All of us"; sync_enabled = false`, settings+`; user_filter = "(mail=*)"; password_wo = "third"; password_wo_version = 2`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            sameSecret(true),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"ldap.password_wo_version"}},
		resource.TestStep{
			Config:           ldap("", strings.Replace(settings, "dc2", "dc3", 1)+`; encryption = "none"; password_wo = "second"; password_wo_version = 2`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, at("ldap", "port"), knownvalue.Int64Exact(389)),
				statecheck.ExpectKnownValue(address, at("ldap", "user_filter"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, at("description"), knownvalue.Null()),
			},
			Check: sameSecret(false), // another host gets it anew
		},
		resource.TestStep{
			Config:           acctest.Block(typeName, `name = "staff"; type = "google"; google = { admin_email = "IT@northwind-msp.example", service_account_key_wo = "`+key+`" }`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			Config:           acctest.Block(typeName, `name = "staff"; type = "google"; google = { admin_email = "it@northwind-msp.example" }`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{
			Config:           acctest.Block(typeName, `name = "other"; type = "google"; google = { admin_email = "it@northwind-msp.example", service_account_key_wo = "`+key+`" }`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
		},
	)
	// The people stay when the integration goes.
	if _, err := s.Client(t).GetPartnerUser(t.Context(), "mia@northwind-msp.example"); err != nil {
		t.Error(err)
	}
}

func TestAccDirectoryIntegration_importBlock(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	config := acctest.Block(typeName, `name = "corporate-ad"; type = "active_directory"; description = "Staff"; sync_enabled = false;`+
		` ldap = { host = "dc1.northwind-msp.example", bind_dn = "CN=portal,OU=Services,DC=northwind-msp,DC=example", base_dn = "OU=Staff,DC=northwind-msp,DC=example" }`)
	withWriteOnly(t, s, resource.TestStep{
		Config:           "import {\n  to = " + address + "\n  id = \"corporate-ad\"\n}\n" + config,
		ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
	})
}

func TestAccDirectoryIntegration_importByIdentity(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: ldap("", settings+`; password_wo = "first"`), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"name": knownvalue.StringExact("staff")}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestAccDirectoryIntegration_identity(t *testing.T) {
	t.Parallel()
	attributes, identity := acctest.NewServer(t).Protocol(t).Import(typeName, map[string]any{"name": "corporate-ad"})
	var id, name string
	if attributes["id"].As(&id) != nil || identity["name"].As(&name) != nil || id != "corporate-ad" || name != id {
		t.Errorf("got %v, %v", attributes, identity)
	}
}

// Changed and deleted behind Terraform's back.
func TestAccDirectoryIntegration_drift(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	config := ldap("", settings+`; password_wo = "first"`)
	withWriteOnly(t, s,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				off, password := false, "theirs"
				if _, err := s.Client(t).PutDirectory(t.Context(), "staff", api.DirectoryInput{
					Type: "active_directory", SyncEnabled: &off, LDAP: &api.LDAPInput{Host: "dc9.northwind-msp.example", BindDN: "CN=x", BaseDN: "O=x", Password: &password},
				}, client.WriteOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config:           config,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			PreConfig: func() {
				if err := s.Client(t).DeleteDirectory(t.Context(), "staff", client.MatchOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config:           config,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		// Deleted already on destroy.
		resource.TestStep{
			PreConfig: func() {
				if err := s.Client(t).DeleteDirectory(t.Context(), "staff", client.MatchOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config: config, Destroy: true,
		},
	)
}

func TestAccDirectoryIntegration_alreadyExists(t *testing.T) {
	t.Parallel()
	existing := func(s *acctest.Server) {
		password := "theirs"
		if _, err := s.Client(t).PutDirectory(t.Context(), "staff", api.DirectoryInput{
			Type: "active_directory", LDAP: &api.LDAPInput{Host: "dc2.northwind-msp.example", BindDN: "CN=portal", BaseDN: "OU=Staff,DC=example", Password: &password},
		}, client.WriteOptions{}); err != nil {
			t.Error(err)
		}
	}
	s := acctest.NewServer(t)
	existing(s)
	withWriteOnly(t, s, resource.TestStep{
		Config:      ldap("", settings+`; password_wo = "first"`),
		ExpectError: acctest.Says("exists already", "import {", "to = msp_directory_integration.NAME", `id = "staff"`),
	})
	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	existing(adopting)
	before := now(t, adopting).SecretChangedAt
	withWriteOnly(t, adopting,
		resource.TestStep{Config: ldap(`description = "Another"`, settings+`; password_wo = "first"`), ExpectError: acctest.Says("not taken over", "differs in: description")},
		resource.TestStep{
			Config: ldap("", settings+`; password_wo = "first"`), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			Check: func(*terraform.State) error {
				if now(t, adopting).SecretChangedAt.Equal(*before) {
					return errors.New("taken over without writing the secret")
				}
				return nil
			},
		},
	)
}

func TestAccDirectoryIntegration_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const google = `google = { admin_email = "it@northwind-msp.example", service_account_key_wo = "no key" }`
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"no such type":             {acctest.Block(typeName, `name = "x"; type = "nis"`), []string{"Attribute type value must be one of"}},
		"no settings":              {acctest.Block(typeName, `name = "x"; type = "google"`), []string{"Missing settings", "Attribute google: a directory of type \"google\" needs google"}},
		"settings of another type": {acctest.Block(typeName, `name = "x"; type = "azure_standard";`+google), []string{"Settings of another type", "Attribute google:"}},
		"two kinds of settings":    {ldap(google, settings), []string{"Settings of another type", "Attribute google:"}},
		"no secret":                {ldap("", settings), []string{"Missing secret", "Attribute ldap.password_wo:"}},
		"no key":                   {acctest.Block(typeName, `name = "x"; type = "google";`+google), []string{"Would be refused", "Attribute google.service_account_key_wo:", "no key of a service account"}},
		"host":                     {ldap("", `host = "ldap://dc"; bind_dn = "CN=a"; base_dn = "O=b"; password_wo = "x"`), []string{"Attribute ldap.host:", "neither a host name nor an IP address"}},
		"port":                     {ldap("", settings+`; password_wo = "x"; port = 0`), []string{"Attribute ldap.port", "between 1 and 65535"}},
		"filter":                   {ldap("", settings+`; password_wo = "x"; user_filter = "mail=*"`), []string{"Would be refused", "Attribute ldap.user_filter:", "invalid_value"}},
		"base DN":                  {ldap("", strings.Replace(settings, "OU=Staff,DC=example", "example.com", 1)+`; password_wo = "x"`), []string{"Would be refused", "Attribute ldap.base_dn:"}},
		"tenant":                   {acctest.Block(typeName, `name = "x"; type = "azure_gcc_high"; azure = { tenant_id = "us", client_id = "app", client_secret_wo = "x" }`), []string{"Would be refused", "Attribute azure.tenant_id:"}},
		"name":                     {acctest.Block(typeName, `name = "a/b"; type = "google"; google = { admin_email = "it@northwind-msp.example", service_account_key_wo = "`+key+`" }`), []string{"Would be refused", "Attribute name:"}},
		"admin":                    {acctest.Block(typeName, `name = "x"; type = "google"; google = { admin_email = "it", service_account_key_wo = "`+key+`" }`), []string{"Attribute google.admin_email:", "e-mail address"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withWriteOnly(t, s, resource.TestStep{Config: c.config, PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

// The stored secret goes nowhere else: a change of the receiver wants it again, in the plan.
func TestAccDirectoryIntegration_secretIsNeededAgain(t *testing.T) {
	t.Parallel()
	withWriteOnly(t, acctest.NewServer(t),
		resource.TestStep{Config: ldap("", settings+`; password_wo = "first"`)},
		resource.TestStep{Config: ldap("", settings), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{
			Config: ldap("", strings.Replace(settings, "dc2", "dc3", 1)), PlanOnly: true,
			ExpectError: acctest.Says("Missing secret", "Attribute ldap.password_wo:", "another server or account"),
		},
		resource.TestStep{
			Config: ldap("", settings+"; password_wo_version = 2"), PlanOnly: true,
			ExpectError: acctest.Says("Missing secret", "Attribute ldap.password_wo:", "password_wo_version has changed"),
		},
	)
}

func TestAccDirectoryIntegration_notAllowed(t *testing.T) {
	t.Parallel()
	withWriteOnly(t, acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk)), resource.TestStep{
		Config: ldap("", settings+`; password_wo = "first"`), ExpectError: acctest.Says("Could not check directory integration staff", "partner.manage", "forbidden"),
	})
}

func TestAccDirectoryIntegration_unknownValues(t *testing.T) {
	t.Parallel()
	withWriteOnly(t, acctest.NewServer(t), resource.TestStep{
		Config: `
resource "terraform_data" "host" {
  input = "dc2.northwind-msp.example"
}

resource "terraform_data" "ldap" {
  input = { encryption = "none", password = "secret" }
}
` + ldap("", `host = terraform_data.host.output; bind_dn = "CN=portal"; base_dn = "OU=Staff"; encryption = terraform_data.ldap.output.encryption; password_wo = terraform_data.ldap.output.password`),
		ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, at("ldap", "port"), knownvalue.Int64Exact(389)),
		},
	})
}

// A directory that is not followed is warned of, but not by the run that may well cure it.
func TestAccDirectoryIntegration_warns(t *testing.T) {
	t.Parallel()
	const warning = "The directory is not synchronized"
	object := func(change func(all, ldap map[string]any)) map[string]any {
		ldap := map[string]any{"host": "dc1", "port": 636, "encryption": "strict", "bind_dn": "CN=portal", "base_dn": "OU=Staff"}
		all := map[string]any{
			"id": "staff", "name": "staff", "type": "active_directory", "sync_enabled": true, "ldap": ldap,
			"status": "failed", "last_error": "nobody may sign in with these", "user_count": 0,
		}
		change(all, ldap)
		return all
	}
	s := acctest.NewServer(t)
	password := "first"
	if _, err := s.Client(t).PutDirectory(t.Context(), "staff", api.DirectoryInput{
		Type: "active_directory", LDAP: &api.LDAPInput{Host: "dc1", BindDN: "CN=portal", BaseDN: "OU=Staff", Password: &password},
	}, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(all, ldap map[string]any)
		warns  bool
	}{
		"nothing changes":        {func(map[string]any, map[string]any) {}, true},
		"another description":    {func(all, _ map[string]any) { all["description"] = "Everybody" }, true},
		"another password":       {func(_, ldap map[string]any) { ldap["password_wo"], ldap["password_wo_version"] = "second", 2 }, false},
		"another host":           {func(_, ldap map[string]any) { ldap["host"], ldap["password_wo"] = "dc2", "first" }, false},
		"another part of it":     {func(_, ldap map[string]any) { ldap["base_dn"] = "OU=People" }, false},
		"well since the last":    {func(all, _ map[string]any) { all["status"], all["last_error"] = "ok", nil }, false},
		"stopped, not to change": {func(all, _ map[string]any) { all["status"] = "stopped" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := s.Protocol(t)
			prior := object(func(map[string]any, map[string]any) {})
			wanted := object(c.change)
			if wanted["status"] != "failed" {
				prior = wanted
			}
			if refusal := p.Plan(typeName, prior, wanted); refusal != "" {
				t.Fatal(refusal)
			}
			var said []string
			for _, d := range p.Said {
				said = append(said, d.Summary)
			}
			if warns := slices.Contains(said, warning); warns != c.warns || len(said) > 1 {
				t.Errorf("the plan says %q", said)
			}
		})
	}
}

// Names of one label are hosts too, of this resource only.
func TestAccDirectoryIntegration_shortHost(t *testing.T) {
	t.Parallel()
	withWriteOnly(t, acctest.NewServer(t),
		resource.TestStep{
			Config:           ldap("", strings.Replace(settings, "dc2.northwind-msp.example", "DC1", 1)+`; password_wo = "first"`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{Config: ldap("", strings.Replace(settings, "dc2.northwind-msp.example", "dc1", 1)), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
	)
}

// Terraform before 1.11 is told what it lacks.
func TestAccDirectoryIntegration_olderTerraform(t *testing.T) {
	t.Parallel()
	refusal := acctest.NewServer(t).Protocol(t).ValidateAsBefore111(typeName, map[string]any{
		"name": "staff", "type": "active_directory", "ldap": map[string]any{"host": "dc2.northwind-msp.example", "bind_dn": "CN=a", "base_dn": "O=b", "password_wo": "secret"},
	})
	if !strings.Contains(refusal, "ldap.password_wo") || !strings.Contains(refusal, "Terraform 1.11") {
		t.Errorf("got %q", refusal)
	}
}
