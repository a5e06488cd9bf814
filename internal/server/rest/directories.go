package rest

import (
	"context"
	"net/http"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listDirectories(ctx context.Context, c *call) (answer, error) {
	directories, err := c.service.ListDirectories(ctx, c.actor, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.DirectoryPage{Items: each(directories.Items, c.directory), NextPageToken: optional(directories.NextToken)})
}

func getDirectory(ctx context.Context, c *call) (answer, error) {
	d, err := c.service.GetDirectory(ctx, c.actor, c.path("name"))
	if err != nil {
		return answer{}, err
	}
	return object(d.Revision, c.directory(d))
}

func putDirectory(ctx context.Context, c *call) (answer, error) {
	var in api.DirectoryInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	d, created, err := c.service.PutDirectory(ctx, c.actor, c.path("name"), directoryInput(in), c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, d.Revision, c.directory(d))
}

func deleteDirectory(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteDirectory(ctx, c.actor, c.path("name"), c.when)
}

// syncDirectory only asks for a synchronization: reading a directory takes longer than a request may.
func syncDirectory(ctx context.Context, c *call) (answer, error) {
	d, err := c.service.RequestSync(ctx, c.actor, c.path("name"))
	if err != nil {
		return answer{}, err
	}
	a, err := object(d.Revision, c.directory(d))
	a.status = http.StatusAccepted
	return a, err
}

func directoryInput(in api.DirectoryInput) domain.DirectoryInput {
	d := domain.DirectoryInput{Type: domain.DirectoryType(in.Type), Description: given(in.Description), SyncEnabled: in.SyncEnabled}
	if l := in.LDAP; l != nil {
		d.LDAP = &domain.LDAPInput{
			LDAPSettings: domain.LDAPSettings{
				Host: l.Host, Port: given(l.Port), Encryption: domain.LDAPEncryption(given(l.Encryption)),
				BindDN: l.BindDN, BaseDN: l.BaseDN, UserFilter: given(l.UserFilter),
			},
			Password: secret(l.Password),
		}
	}
	if a := in.Azure; a != nil {
		d.Azure = &domain.AzureInput{
			AzureSettings: domain.AzureSettings{TenantID: a.TenantID, ClientID: a.ClientID}, ClientSecret: secret(a.ClientSecret),
		}
	}
	if g := in.Google; g != nil {
		d.Google = &domain.GoogleInput{
			GoogleSettings: domain.GoogleSettings{AdminEmail: g.AdminEmail}, ServiceAccountKey: secret(g.ServiceAccountKey),
		}
	}
	return d
}

// secret guards a secret of the wire; nil is one that was left out.
func secret(plain *string) *domain.Secret {
	if plain == nil {
		return nil
	}
	guarded := domain.NewSecret(*plain)
	return &guarded
}

func (c *call) directory(d domain.Directory) api.Directory {
	out := api.Directory{
		Name: d.Name, Type: api.DirectoryType(d.Type), Description: optional(d.Description), SyncEnabled: d.SyncEnabled,
		SecretChangedAt: d.SecretChangedAt, Status: api.DirectoryStatus(c.service.DirectoryStatus(d)), UserCount: d.UserCount, LastSyncAt: d.LastSyncAt,
	}
	if l := d.LDAP; l != nil {
		out.LDAP = &api.LDAPSettings{
			Host: l.Host, Port: l.Port, Encryption: api.DirectoryEncryption(l.Encryption), BindDN: l.BindDN, BaseDN: l.BaseDN, UserFilter: optional(l.UserFilter),
		}
	}
	if a := d.Azure; a != nil {
		out.Azure = &api.AzureSettings{TenantID: a.TenantID, ClientID: a.ClientID}
	}
	if g := d.Google; g != nil {
		out.Google = &api.GoogleSettings{AdminEmail: g.AdminEmail}
	}
	if r := d.LastSync; r != nil {
		out.LastSync = &api.DirectorySync{
			Created: r.Created, Updated: r.Updated, Disabled: r.Disabled, Enabled: r.Enabled, Unchanged: r.Unchanged,
			SkippedManual: r.SkippedManual, SkippedOtherDirectory: r.SkippedOtherDirectory, SkippedInvalid: r.SkippedInvalid,
			Problems: texts[string, string](r.Problems), Error: optional(r.Error),
		}
	}
	return out
}
