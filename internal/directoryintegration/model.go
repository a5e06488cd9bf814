package directoryintegration

import (
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// model is the resource. Its blocks are objects of the framework instead of structs, since each can be unknown as a whole.
type model struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Type        types.String `tfsdk:"type"`
	Description types.String `tfsdk:"description"`
	SyncEnabled types.Bool   `tfsdk:"sync_enabled"`
	LDAP        types.Object `tfsdk:"ldap"`
	Azure       types.Object `tfsdk:"azure"`
	Google      types.Object `tfsdk:"google"`
	Status      types.String `tfsdk:"status"`
	LastError   types.String `tfsdk:"last_error"`
	LastSyncAt  types.String `tfsdk:"last_sync_at"`
	UserCount   types.Int64  `tfsdk:"user_count"`
}

type identityModel struct {
	Name types.String `tfsdk:"name"`
}

var (
	ldapTypes = map[string]attr.Type{
		"host": tfkit.LocalHostType, "port": types.Int64Type, "encryption": types.StringType, "bind_dn": types.StringType, "base_dn": types.StringType,
		"user_filter": types.StringType, "password_wo": types.StringType, "password_wo_version": types.Int64Type,
	}
	azureTypes = map[string]attr.Type{
		"tenant_id": types.StringType, "client_id": types.StringType, "client_secret_wo": types.StringType, "client_secret_wo_version": types.Int64Type,
	}
	googleTypes = map[string]attr.Type{
		"admin_email": tfkit.EmailType, "service_account_key_wo": types.StringType, "service_account_key_wo_version": types.Int64Type,
	}
)

// block is one of the three, with what tells them apart.
type block struct {
	name       string
	types      map[string]attr.Type
	secret     string // attribute
	wireSecret string // the same in the contract
	// receiver are the attributes that say where the secret goes and whose it is.
	receiver []string
}

var (
	ldapBlock   = block{"ldap", ldapTypes, "password_wo", "password", []string{"host", "port", "encryption", "bind_dn"}}
	azureBlock  = block{"azure", azureTypes, "client_secret_wo", "client_secret", []string{"tenant_id", "client_id"}}
	googleBlock = block{"google", googleTypes, "service_account_key_wo", "service_account_key", nil}
	blocks      = []block{ldapBlock, azureBlock, googleBlock}
)

// blockOf is the block that a type of directory is described by.
func blockOf(directoryType string) block {
	switch api.DirectoryType(directoryType) {
	case api.DirectoryTypeAzureStandard, api.DirectoryTypeAzureGccHigh:
		return azureBlock
	case api.DirectoryTypeGoogle:
		return googleBlock
	case api.DirectoryTypeActiveDirectory, api.DirectoryTypeDomino:
		return ldapBlock
	}
	return ldapBlock
}

// object is the value of a block.
func (m *model) object(b block) types.Object {
	switch b.name {
	case azureBlock.name:
		return m.Azure
	case googleBlock.name:
		return m.Google
	default:
		return m.LDAP
	}
}

// part is a part of an object, or the null value where there is none.
func part[T attr.Value](object types.Object, name string) T {
	value, _ := object.Attributes()[name].(T)
	return value
}

// fromAPI takes everything over but the spelling of what is there already, and what the server does not know: the versions.
func (m *model) fromAPI(d api.Directory) {
	m.ID, m.Name = types.StringValue(d.Name), types.StringValue(d.Name)
	m.Type = types.StringValue(string(d.Type))
	m.Description = types.StringPointerValue(d.Description)
	m.SyncEnabled = types.BoolValue(d.SyncEnabled)
	m.LDAP, m.Azure, m.Google = ldapFromAPI(m.LDAP, d.LDAP), azureFromAPI(m.Azure, d.Azure), googleFromAPI(m.Google, d.Google)
	m.Status = types.StringValue(string(d.Status))
	m.UserCount = types.Int64Value(int64(d.UserCount))
	m.LastSyncAt, m.LastError = types.StringNull(), types.StringNull()
	if d.LastSyncAt != nil {
		m.LastSyncAt = types.StringValue(d.LastSyncAt.UTC().Format(time.RFC3339))
	}
	if d.LastSync != nil {
		m.LastError = types.StringPointerValue(d.LastSync.Error)
	}
}

func ldapFromAPI(prior types.Object, l *api.LDAPSettings) types.Object {
	if l == nil {
		return types.ObjectNull(ldapTypes)
	}
	host := tfkit.LocalHostType.Value(l.Host)
	if spelled := part[tfkit.Text](prior, "host"); spelled.Same(host) {
		host = spelled
	}
	return types.ObjectValueMust(ldapTypes, map[string]attr.Value{
		"host": host, "port": types.Int64Value(int64(l.Port)), "encryption": types.StringValue(string(l.Encryption)),
		"bind_dn": types.StringValue(l.BindDN), "base_dn": types.StringValue(l.BaseDN), "user_filter": types.StringPointerValue(l.UserFilter),
		"password_wo": types.StringNull(), "password_wo_version": part[types.Int64](prior, "password_wo_version"),
	})
}

func azureFromAPI(prior types.Object, a *api.AzureSettings) types.Object {
	if a == nil {
		return types.ObjectNull(azureTypes)
	}
	return types.ObjectValueMust(azureTypes, map[string]attr.Value{
		"tenant_id": spelledAs(part[types.String](prior, "tenant_id"), a.TenantID), "client_id": spelledAs(part[types.String](prior, "client_id"), a.ClientID),
		"client_secret_wo": types.StringNull(), "client_secret_wo_version": part[types.Int64](prior, "client_secret_wo_version"),
	})
}

func googleFromAPI(prior types.Object, g *api.GoogleSettings) types.Object {
	if g == nil {
		return types.ObjectNull(googleTypes)
	}
	email := tfkit.EmailType.Value(g.AdminEmail)
	if spelled := part[tfkit.Text](prior, "admin_email"); spelled.Same(email) {
		email = spelled
	}
	return types.ObjectValueMust(googleTypes, map[string]attr.Value{
		"admin_email": email, "service_account_key_wo": types.StringNull(), "service_account_key_wo_version": part[types.Int64](prior, "service_account_key_wo_version"),
	})
}

// spelledAs keeps how an id was written: UUIDs and domains compare without regard to case.
func spelledAs(prior types.String, remote string) types.String {
	if strings.EqualFold(prior.ValueString(), remote) {
		return prior
	}
	return types.StringValue(remote)
}

// toAPI is what to send, with a secret or, if nil, without.
func (m *model) toAPI(secret *string) api.DirectoryInput {
	in := api.DirectoryInput{
		Type: api.DirectoryType(m.Type.ValueString()), Description: tfkit.StringPointer(m.Description), SyncEnabled: m.SyncEnabled.ValueBoolPointer(),
	}
	text := func(b block, name string) string { return part[types.String](m.object(b), name).ValueString() }
	if !m.LDAP.IsNull() {
		port := int(part[types.Int64](m.LDAP, "port").ValueInt64())
		encryption := api.DirectoryEncryption(text(ldapBlock, "encryption"))
		in.LDAP = &api.LDAPInput{
			Host: part[tfkit.Text](m.LDAP, "host").ValueString(), Port: &port, Encryption: &encryption,
			BindDN: text(ldapBlock, "bind_dn"), BaseDN: text(ldapBlock, "base_dn"),
			UserFilter: tfkit.StringPointer(part[types.String](m.LDAP, "user_filter")), Password: secret,
		}
	}
	if !m.Azure.IsNull() {
		in.Azure = &api.AzureInput{TenantID: text(azureBlock, "tenant_id"), ClientID: text(azureBlock, "client_id"), ClientSecret: secret}
	}
	if !m.Google.IsNull() {
		in.Google = &api.GoogleInput{AdminEmail: part[tfkit.Text](m.Google, "admin_email").ValueString(), ServiceAccountKey: secret}
	}
	return in
}

func (m *model) identity() identityModel { return identityModel{Name: m.Name} }

// secret is what a configuration says, which neither plan nor state does.
func (m *model) secret() types.String {
	b := blockOf(m.Type.ValueString())
	return part[types.String](m.object(b), b.secret)
}

// wantsSecret tells whether the change from state, nil for a creation, is one with which the secret is sent.
func (m *model) wantsSecret(state *model) bool {
	if state == nil {
		return true
	}
	b := blockOf(m.Type.ValueString())
	now, before := m.object(b), state.object(b)
	if before.IsNull() || b.name == azureBlock.name && !m.Type.Equal(state.Type) {
		return true
	}
	version := b.secret + "_version"
	if !now.Attributes()[version].Equal(before.Attributes()[version]) {
		return true
	}
	for _, name := range b.receiver {
		if !now.Attributes()[name].Equal(before.Attributes()[name]) {
			return true
		}
	}
	return false
}

// differing names the managed attributes in which the server's object is another one. Nobody can compare secrets.
func (m *model) differing(d api.Directory) []string {
	other := *m
	other.fromAPI(d)
	var names []string
	for _, attribute := range []struct {
		name string
		same bool
	}{
		{"type", m.Type.Equal(other.Type)},
		{"description", m.Description.Equal(other.Description)},
		{"sync_enabled", m.SyncEnabled.Equal(other.SyncEnabled)},
		{"ldap", m.LDAP.Equal(other.LDAP)},
		{"azure", m.Azure.Equal(other.Azure)},
		{"google", m.Google.Equal(other.Google)},
	} {
		if !attribute.same {
			names = append(names, attribute.name)
		}
	}
	return names
}
