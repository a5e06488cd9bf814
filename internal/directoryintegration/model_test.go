package directoryintegration

import (
	"reflect"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func pointer[T any](v T) *T { return &v }

var remotes = map[string]api.Directory{
	"ldap": {
		Name: "ad", Type: api.DirectoryTypeDomino, Description: pointer("Staff"), SyncEnabled: true, Status: api.DirectoryStatusOk, UserCount: 7,
		LDAP:       &api.LDAPSettings{Host: "dc1.example.com", Port: 389, Encryption: "none", BindDN: "CN=a", BaseDN: "O=b", UserFilter: pointer("(mail=*)")},
		LastSyncAt: pointer(time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))), LastSync: &api.DirectorySync{Error: pointer("no")},
	},
	"azure":  {Name: "az", Type: api.DirectoryTypeAzureGccHigh, Azure: &api.AzureSettings{TenantID: "Tenant", ClientID: "Client"}},
	"google": {Name: "go", Type: api.DirectoryTypeGoogle, SyncEnabled: true, Google: &api.GoogleSettings{AdminEmail: "it@example.com"}},
}

// What comes from the API goes back to it the same, with a secret and without.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for name, remote := range remotes {
		var m model
		m.fromAPI(remote)
		if differing := m.differing(remote); len(differing) > 0 {
			t.Errorf("%s differs from itself in %v", name, differing)
		}
		for _, secret := range []*string{nil, pointer("s")} {
			in := m.toAPI(secret)
			want := api.DirectoryInput{Type: remote.Type, Description: remote.Description, SyncEnabled: &remote.SyncEnabled}
			if l := remote.LDAP; l != nil {
				want.LDAP = &api.LDAPInput{Host: l.Host, Port: &l.Port, Encryption: &l.Encryption, BindDN: l.BindDN, BaseDN: l.BaseDN, UserFilter: l.UserFilter, Password: secret}
			}
			if a := remote.Azure; a != nil {
				want.Azure = &api.AzureInput{TenantID: a.TenantID, ClientID: a.ClientID, ClientSecret: secret}
			}
			if g := remote.Google; g != nil {
				want.Google = &api.GoogleInput{AdminEmail: g.AdminEmail, ServiceAccountKey: secret}
			}
			if !reflect.DeepEqual(in, want) {
				t.Errorf("%s: sends %+v, want %+v", name, in, want)
			}
		}
	}
	var m model
	m.fromAPI(remotes["ldap"])
	if m.LastSyncAt.ValueString() != "2026-01-02T02:04:05Z" || m.LastError.ValueString() != "no" || m.UserCount.ValueInt64() != 7 || !m.Azure.IsNull() {
		t.Errorf("got %+v", m)
	}
}

// with is a model with one part of its block different.
func with(m model, b block, name string, value attr.Value) *model {
	attributes := map[string]attr.Value{}
	for name, value := range m.object(b).Attributes() {
		attributes[name] = value
	}
	attributes[name] = value
	object := types.ObjectValueMust(b.types, attributes)
	switch b.name {
	case "ldap":
		m.LDAP = object
	case "azure":
		m.Azure = object
	default:
		m.Google = object
	}
	return &m
}

func TestWantsSecret(t *testing.T) {
	t.Parallel()
	var ldap, azure, google model
	ldap.fromAPI(remotes["ldap"])
	azure.fromAPI(remotes["azure"])
	google.fromAPI(remotes["google"])
	cloud := azure
	cloud.Type = types.StringValue("azure_standard")
	kind := ldap
	kind.Type = types.StringValue("active_directory")
	for name, c := range map[string]struct {
		plan  *model
		state *model
		want  bool
	}{
		"created":          {&ldap, nil, true},
		"nothing":          {&ldap, &ldap, false},
		"version":          {with(ldap, ldapBlock, "password_wo_version", types.Int64Value(2)), &ldap, true},
		"host":             {with(ldap, ldapBlock, "host", tfkit.LocalHostType.Value("dc2.example.com")), &ldap, true},
		"port":             {with(ldap, ldapBlock, "port", types.Int64Value(3268)), &ldap, true},
		"encryption":       {with(ldap, ldapBlock, "encryption", types.StringValue("strict")), &ldap, true},
		"account":          {with(ldap, ldapBlock, "bind_dn", types.StringValue("CN=x")), &ldap, true},
		"filter":           {with(ldap, ldapBlock, "user_filter", types.StringNull()), &ldap, false},
		"base":             {with(ldap, ldapBlock, "base_dn", types.StringValue("O=c")), &ldap, false},
		"kind of LDAP":     {&kind, &ldap, false},
		"another block":    {&google, &ldap, true},
		"tenant":           {with(azure, azureBlock, "tenant_id", types.StringValue("other")), &azure, true},
		"application":      {with(azure, azureBlock, "client_id", types.StringValue("other")), &azure, true},
		"cloud":            {&cloud, &azure, true},
		"key's version":    {with(google, googleBlock, "service_account_key_wo_version", types.Int64Value(1)), &google, true},
		"for whom it acts": {with(google, googleBlock, "admin_email", tfkit.EmailType.Value("x@example.com")), &google, false},
	} {
		if got := c.plan.wantsSecret(c.state); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDiffering(t *testing.T) {
	t.Parallel()
	var m model
	m.fromAPI(remotes["ldap"])
	other := remotes["ldap"]
	other.Description, other.SyncEnabled = nil, false
	other.LDAP = &api.LDAPSettings{Host: "DC1.example.com", Port: 390, Encryption: "none", BindDN: "CN=a", BaseDN: "O=b"}
	if got := m.differing(other); !reflect.DeepEqual(got, []string{"description", "sync_enabled", "ldap"}) {
		t.Errorf("got %v", got)
	}
	if got := m.differing(remotes["google"]); !reflect.DeepEqual(got, []string{"type", "description", "ldap", "google"}) {
		t.Errorf("got %v", got)
	}
	spelled := remotes["ldap"]
	spelled.LDAP = &api.LDAPSettings{Host: "DC1.example.com", Port: 389, Encryption: "none", BindDN: "CN=a", BaseDN: "O=b", UserFilter: pointer("(mail=*)")}
	if got := m.differing(spelled); len(got) > 0 {
		t.Errorf("another spelling of the host differs in %v", got)
	}
}
