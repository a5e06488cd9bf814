package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func getEmergencyContact(ctx context.Context, c *call) (answer, error) {
	contact, err := c.service.GetEmergencyContact(ctx, c.actor)
	if err != nil {
		return answer{}, err
	}
	return object(contact.Revision, emergencyContact(contact))
}

func putEmergencyContact(ctx context.Context, c *call) (answer, error) {
	var in api.EmergencyContactInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	contact, created, err := c.service.PutEmergencyContact(ctx, c.actor, domain.EmergencyContactInput{
		Name: in.Name, Email: in.Email, Mobile: in.Mobile, Phone: given(in.Phone), AlternateEmails: given(in.AlternateEmails),
	}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, contact.Revision, emergencyContact(contact))
}

func deleteEmergencyContact(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteEmergencyContact(ctx, c.actor, c.when)
}

func emergencyContact(x domain.EmergencyContact) api.EmergencyContact {
	return api.EmergencyContact{
		Name: x.Name, Email: x.Email, Mobile: x.Mobile, Phone: optional(x.Phone), AlternateEmails: texts[string, string](x.AlternateEmails),
	}
}
