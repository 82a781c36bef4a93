// Kubernetes' own code, asked by test/api: its server of custom resources, and its plugin for ValidatingAdmissionPolicies.
//
//	api-server serve FLAGS    the server, for anybody who reaches it; wants an etcd, and a kubeconfig that it never uses
//	api-server judge          admission requests, from standard input to standard output
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	generated "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apiserver/pkg/endpoints/openapi"
	genericserver "k8s.io/apiserver/pkg/server"
	definitions "k8s.io/apiserver/pkg/util/openapi"
	"k8s.io/component-base/cli"
)

func main() {
	root := &cobra.Command{Use: "api-server"}
	root.AddCommand(serveCommand(), &cobra.Command{Use: "judge", RunE: judge})
	root.SetContext(genericserver.SetupSignalContext())
	os.Exit(cli.Run(root))
}

func serveCommand() *cobra.Command {
	o := options.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr)
	command := &cobra.Command{
		Use:  "serve",
		RunE: func(command *cobra.Command, _ []string) error { return serve(command.Context(), o) },
	}
	o.AddFlags(command.Flags())
	// There is no core API server to ask who may do what.
	o.RecommendedOptions.Authentication = nil
	o.RecommendedOptions.Authorization = nil
	// Not nil: with a definition that is being deleted the server would use it all the same.
	o.RecommendedOptions.Admission.DisablePlugins = o.RecommendedOptions.Admission.Plugins.Registered()
	o.RecommendedOptions.Features.EnablePriorityAndFairness = false
	return command
}

func serve(ctx context.Context, o *options.CustomResourceDefinitionsServerOptions) error {
	if err := o.ServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return err
	}
	if err := o.Complete(); err != nil {
		return err
	}
	if err := o.Validate(); err != nil {
		return err
	}
	config, err := o.Config()
	if err != nil {
		return err
	}
	all := definitions.GetOpenAPIDefinitionsWithoutDisabledFeatures(generated.GetOpenAPIDefinitions)
	config.GenericConfig.OpenAPIConfig = genericserver.DefaultOpenAPIConfig(all, openapi.NewDefinitionNamer(apiserver.Scheme))
	server, err := config.Complete().New(genericserver.NewEmptyDelegate())
	if err != nil {
		return err
	}
	return server.GenericAPIServer.PrepareRun().RunWithContext(ctx)
}
