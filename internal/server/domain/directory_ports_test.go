package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretIsNotShown(t *testing.T) {
	t.Parallel()
	const plain = "hunter2-canary"
	secret := NewSecret(plain)
	if secret.Reveal() != plain {
		t.Errorf("revealed %q", secret.Reveal())
	}
	if empty := (Secret{}); empty.Reveal() != "" {
		t.Errorf("the zero value is %q", empty.Reveal())
	}
	config := DirectoryConfig{LDAP: &LDAPConfig{Host: "ldap.example", Password: secret}, Azure: &AzureConfig{ClientSecret: secret}, Google: &GoogleConfig{ServiceAccountKey: secret}}
	shown := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t", "%p"} {
		shown[verb] = fmt.Sprintf(verb, secret)
		for name, thing := range map[string]any{
			"pointer": &secret, "config": config, "settings": *config.LDAP, "slice": []Secret{secret}, "map": map[string]Secret{"a": secret},
			"unexported": struct{ inner Secret }{secret}, "unexported settings": struct{ inner LDAPConfig }{*config.LDAP},
		} {
			shown[verb+" of "+name] = fmt.Sprintf(verb, thing)
		}
	}
	text, err := json.Marshal(map[string]any{"value": config, "key": map[Secret]int{secret: 1}})
	if err != nil {
		t.Fatal(err)
	}
	shown["JSON"] = string(text)
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text log": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"JSON log": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("read", "secret", secret, "config", config, "ldap", config.LDAP)
		shown[name] = log.String()
	}
	for how, text := range shown {
		if strings.Contains(text, plain) || strings.Contains(text, fmt.Sprintf("%x", plain)) {
			t.Errorf("%s shows it: %s", how, text)
		}
		if (how == "JSON" || how == "%v") && !strings.Contains(text, hidden) {
			t.Errorf("%s does not say that there is one: %s", how, text)
		}
	}
}
