package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	dynamic "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

var vrfKind = schema.GroupVersionKind{Group: "multivrf.dev", Version: "v1alpha1", Kind: "VRF"}

// What is asked: which of the requests, of Pods and VRFs, do these policies let pass?
type question struct {
	Policies []json.RawMessage
	VRFs     []map[string]any
	// By kind; expressions are checked against them.
	Schemas  map[string]*spec.Schema
	Requests []request
}

type request struct {
	Operation, Kind, Resource, Subresource, Namespace, User string
	Object, OldObject                                       map[string]any
}

type answer struct {
	// What a `kubectl get validatingadmissionpolicy -o yaml` would show as typeChecking.
	Warnings []string `json:"warnings"`
	// One for each request, empty when it passes.
	Refusals []string `json:"refusals"`
}

func judge(command *cobra.Command, _ []string) error {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		return err
	}
	a := answer{Warnings: []string{}, Refusals: []string{}}
	objects := []runtime.Object{}
	mapper := meta.NewDefaultRESTMapper(nil)
	resource := vrfKind.GroupVersion().WithResource("vrfs")
	mapper.AddSpecific(vrfKind, resource, vrfKind.GroupVersion().WithResource("vrf"), meta.RESTScopeRoot)
	mapper.Add(corev1.SchemeGroupVersion.WithKind("Pod"), meta.RESTScopeNamespace)
	checker := &validating.TypeChecker{SchemaResolver: schemas(q.Schemas), RestMapper: mapper}
	for _, text := range q.Policies {
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(text, nil, nil)
		if err != nil {
			return err
		}
		if policy, ok := object.(*admissionv1.ValidatingAdmissionPolicy); ok {
			setDefaults(policy)
			for _, warning := range checker.Check(policy) {
				a.Warnings = append(a.Warnings, fmt.Sprintf("%s: %s: %s", policy.Name, warning.FieldRef, warning.Warning))
			}
		}
		objects = append(objects, object)
	}
	namespaces := map[string]bool{}
	for _, r := range q.Requests {
		if r.Namespace != "" && !namespaces[r.Namespace] {
			objects = append(objects, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: r.Namespace}})
			namespaces[r.Namespace] = true
		}
	}
	lists := map[schema.GroupVersionResource]string{resource: "VRFList"}
	vrfs := dynamic.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists)
	for _, vrf := range q.VRFs {
		object := &unstructured.Unstructured{Object: vrf}
		if _, err := vrfs.Resource(resource).Create(command.Context(), object, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	plugin, err := validating.NewPlugin(nil)
	if err != nil {
		return err
	}
	client := fake.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetRESTMapper(mapper)
	plugin.SetDynamicClient(vrfs)
	plugin.SetAuthorizer(authorizerfactory.NewAlwaysAllowAuthorizer())
	plugin.SetDrainedNotification(command.Context().Done())
	if err := plugin.ValidateInitialization(); err != nil {
		return err
	}
	factory.Start(command.Context().Done())
	factory.WaitForCacheSync(command.Context().Done())
	if !plugin.WaitForReady() {
		return fmt.Errorf("the policies are not ready")
	}
	for _, r := range q.Requests {
		refusal, err := judgeOne(command.Context(), plugin, r)
		if err != nil {
			return err
		}
		a.Refusals = append(a.Refusals, refusal)
	}
	return json.NewEncoder(os.Stdout).Encode(a)
}

func judgeOne(ctx context.Context, plugin *validating.Plugin, r request) (string, error) {
	kind := corev1.SchemeGroupVersion.WithKind(r.Kind)
	if r.Kind == vrfKind.Kind {
		kind = vrfKind
	}
	object, err := typed(kind, r.Object)
	if err != nil {
		return "", err
	}
	old, err := typed(kind, r.OldObject)
	if err != nil {
		return "", err
	}
	attributes := admission.NewAttributesRecord(object, old, kind, r.Namespace, "it", kind.GroupVersion().WithResource(r.Resource),
		r.Subresource, admission.Operation(r.Operation), nil, false, &user.DefaultInfo{Name: r.User})
	if err := plugin.Validate(ctx, attributes, admission.NewObjectInterfacesFromScheme(scheme.Scheme)); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

func typed(kind schema.GroupVersionKind, object map[string]any) (runtime.Object, error) {
	if object == nil {
		return nil, nil
	}
	if kind == vrfKind {
		return &unstructured.Unstructured{Object: object}, nil
	}
	pod := &corev1.Pod{}
	return pod, runtime.DefaultUnstructuredConverter.FromUnstructured(object, pod)
}

// As kube-apiserver does when a policy is made.
func setDefaults(policy *admissionv1.ValidatingAdmissionPolicy) {
	equivalent, all := admissionv1.Equivalent, admissionv1.AllScopes
	match := policy.Spec.MatchConstraints
	match.MatchPolicy = &equivalent
	match.NamespaceSelector, match.ObjectSelector = &metav1.LabelSelector{}, &metav1.LabelSelector{}
	for i := range match.ResourceRules {
		match.ResourceRules[i].Scope = &all
	}
}

type schemas map[string]*spec.Schema

func (s schemas) ResolveSchema(kind schema.GroupVersionKind) (*spec.Schema, error) {
	if found := s[kind.Kind]; found != nil {
		return found, nil
	}
	return nil, resolver.ErrSchemaNotFound
}
