/* What goes wrong before a VA driver is loaded. */
#include "verify_cases.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void never_opened(int error)
{
    facts_va_never();
    memset(&facts.sys.kernel, 0, sizeof(facts.sys.kernel));
    facts.sys.access.open_error = error;
}

static void no_device(void)
{
    never_opened(0);
    facts.sys.access.is_open_tried = false;
    facts.sys.node.is_named_render = false;
}

static void unmapped(void)
{
    never_opened(EACCES);
    facts.sys.node.uid = 65534;
    facts.sys.node.gid = 65534;
    facts.sys.access.is_in_group = false;
    facts.sys.access.is_listed = false;
    SET(facts.sys.access.group, "nogroup");
}

static void outsider(void)
{
    never_opened(EACCES);
    facts.sys.node.uid = 65534;
    facts.sys.access.is_in_group = false;
    facts.sys.access.is_listed = false;
    facts.sys.access.group_count = 0;
}

CASE(g1_lxc)
{
    no_device();
    facts.sys.node.error = ENOENT;
}

/* A virtual machine that was given the GPU. */
static void gpu_on_bus(enum pci_why why)
{
    no_device();
    facts.sys.node.error = ENOENT;
    facts_at(PLACE_VM);
    facts.sys.pci = (struct pci_facts){
        .why = why, .address = "0000:00:10.0", .vendor_id = 0x8086, .device_id = 0x46d1};
    SET(facts.sys.pci.module, "i915");
}

CASE(g34_cloud_kernel)
{
    gpu_on_bus(PCI_NO_MODULE);
    SET(facts.sys.place.release, "6.1.0-30-cloud-amd64");
}

CASE(g34_not_loaded)
{
    gpu_on_bus(PCI_NOT_LOADED);
}

CASE(g34_not_taken)
{
    gpu_on_bus(PCI_NOT_TAKEN);
}

CASE(g34_vfio)
{
    gpu_on_bus(PCI_OTHER_DRIVER);
    SET(facts.sys.pci.driver, "vfio-pci");
}

/* It sees the host's bus: no word of it. */
CASE(g34_in_a_container)
{
    gpu_on_bus(PCI_NOT_TAKEN);
    facts_at(PLACE_LXC);
}

CASE(g37_selinux_open)
{
    never_opened(EACCES);
    facts_at(PLACE_PODMAN);
    SET(facts.sys.access.label, "system_u:system_r:container_t:s0:c100,c200");
}

CASE(g37_apparmor_open)
{
    never_opened(EACCES);
    facts_at(PLACE_DOCKER);
    facts.sys.access.uid_map = (struct idmap){1, {{0, 0, 4294967295U}}};
    SET(facts.sys.access.label, "docker-default (enforce)");
}

/* Every LXC container has such a label, and its mounts may be made in its user namespace. */
CASE(g11_apparmor_lxc)
{
    never_opened(EACCES);
    SET(facts.sys.access.label, "lxc-container-default-cgns (enforce)");
}

CASE(g33_docker_in_lxc)
{
    unmapped();
    facts_at(PLACE_DOCKER);
    facts.sys.place.is_nested = true;
}

CASE(g1_docker)
{
    case_g1_lxc();
    facts_at(PLACE_DOCKER);
}

CASE(g1_vm)
{
    case_g1_lxc();
    facts_at(PLACE_VM);
}

CASE(g1_host)
{
    case_g1_lxc();
    facts_at(PLACE_HOST);
}

CASE(g1_nspawn)
{
    case_g1_lxc();
    facts_at(PLACE_NSPAWN);
}

CASE(g1_lxc_unknown_starter)
{
    case_g1_lxc();
    facts.sys.place.starter = STARTER_UNKNOWN;
}

CASE(g1_incus)
{
    case_g1_lxc();
    facts_at(PLACE_INCUS);
}

CASE(g1_lxd)
{
    case_g1_incus();
    facts.sys.place.is_lxd = true;
}

CASE(g1_oci)
{
    case_g1_lxc();
    facts_at(PLACE_OCI);
}

CASE(g1_hidden_folder)
{
    case_g1_lxc();
    facts.sys.node.error = EACCES;
}

CASE(g2_another_node)
{
    case_g1_lxc();
    facts.sys.node.other_count = 2;
    facts.sys.node.others[0] = (struct node_other){"/dev/dri/renderD129", 129};
    facts.sys.node.others[1] = (struct node_other){"/dev/dri/renderD130", 130};
}

CASE(g3_regular_file)
{
    no_device();
    facts.sys.node.mode = S_IFREG;
}

CASE(g3_elsewhere)
{
    case_g3_regular_file();
    SET(facts.sys.node.path, "/etc/passwd");
    SET(facts.sys.node.real, "/etc/passwd");
}

CASE(g3_folder)
{
    no_device();
    facts_at(PLACE_DOCKER);
    facts.sys.node.mode = S_IFDIR | 0755;
}

CASE(g3_folder_host)
{
    case_g3_folder();
    facts_at(PLACE_HOST);
}

CASE(g4_number)
{
    no_device();
    facts.sys.node.major = 1;
    facts.sys.node.minor = 3;
}

CASE(g4_number_host)
{
    case_g4_number();
    SET(facts.sys.node.path, "/dev/null");
    facts_at(PLACE_HOST);
}

CASE(g4_name)
{
    no_device();
    facts.sys.node.is_named_render = true;
    facts.sys.node.minor = 129;
}

CASE(g5_root_started)
{
    unmapped();
}

CASE(g5_user_started)
{
    unmapped();
    facts.sys.place.starter = STARTER_USER;
}

CASE(g5_unknown_starter)
{
    unmapped();
    facts.sys.place.starter = STARTER_UNKNOWN;
}

CASE(g5_hostile_name)
{
    unmapped();
    facts.sys.place.starter = STARTER_USER;
    SET(facts.sys.place.name, "x; reboot");
}

CASE(g6_not_in_group)
{
    outsider();
}

CASE(g6_alpine)
{
    outsider();
    facts.sys.place.distro = DISTRO_ALPINE;
}

CASE(g6_docker)
{
    outsider();
    facts_at(PLACE_DOCKER);
}

CASE(g6_nameless)
{
    outsider();
    facts.sys.access.group[0] = '\0';
    facts.sys.access.render_gid = 109;
}

CASE(g6_host)
{
    outsider();
    facts_at(PLACE_HOST);
    facts.sys.node.uid = 0;
    facts.sys.access.uid_map.extents[0] = (struct idmap_extent){0, 0, UINT32_MAX};
    facts.sys.access.gid_map = facts.sys.access.uid_map;
}

CASE(g6_mode)
{
    never_opened(EACCES);
    facts.sys.node.mode = S_IFCHR | 0600;
}

CASE(g7_older_login)
{
    outsider();
    facts.sys.access.is_listed = true;
}

CASE(g8_foreign_group)
{
    outsider();
    SET(facts.sys.access.group, "ssl-cert");
    facts.sys.access.render_gid = 109;
}

CASE(g8_works)
{
    SET(facts.sys.access.group, "ssl-cert");
    facts.sys.access.render_gid = 109;
}

CASE(g9_unmapped_for_root)
{
    unmapped();
    facts_root_user();
}

CASE(g10_cgroup_denies)
{
    never_opened(EPERM);
}

CASE(g10_v1)
{
    never_opened(EPERM);
    facts.sys.place.is_cgroup_v1 = true;
}

CASE(g10_docker)
{
    never_opened(EPERM);
    facts_at(PLACE_DOCKER);
}

CASE(g11_nodev)
{
    never_opened(EACCES);
    facts.sys.access.is_nodev = true;
}

CASE(g11_namespace)
{
    never_opened(EACCES);
}

CASE(g12_no_kernel_driver)
{
    never_opened(ENXIO);
}

CASE(g12_no_gpu_driver)
{
    facts_va_never();
    facts.sys.kernel.error = ENOTTY;
}

CASE(g12_busy)
{
    never_opened(EBUSY);
}

CASE(g28_lone_rule)
{
    never_opened(0);
    facts.sys.access.null_error = EPERM;
}

CASE(g29_root_without_power)
{
    outsider();
    facts_root_user();
}

CASE(g22_open)
{
    never_opened(0);
    facts.sys.access.is_open_tried = false;
    facts.run.end = RUN_HUNG;
    facts.run.seconds = 31;
    facts.run.silence = 30;
    facts.run.is_stuck = true;
    facts.sys.stage = STAGE_ACCESS;
    SET(facts.sys.doing, "opening /dev/dri/renderD128");
}

CASE(g5_incus)
{
    case_g5_root_started();
    facts_at(PLACE_INCUS);
}

CASE(g5_oci)
{
    case_g5_root_started();
    facts_at(PLACE_OCI);
}

CASE(g6_oci)
{
    case_g6_nameless();
    facts_at(PLACE_OCI);
}

CASE(g10_incus)
{
    case_g10_cgroup_denies();
    facts_at(PLACE_INCUS);
}

CASE(g10_oci)
{
    case_g10_cgroup_denies();
    facts_at(PLACE_OCI);
}

static void in_unit(void)
{
    SET(facts.sys.around.unit, "jellyfin.service");
}

CASE(g31_private_devices)
{
    case_g1_lxc();
    in_unit();
    facts.sys.around.has_own_mounts = true;
    facts.sys.around.is_unit_known = true;
    facts.sys.around.has_private_devices = true;
}

CASE(g31_private_and_absent)
{
    case_g31_private_devices();
    facts.sys.around.outside = NODE_OUTSIDE_ABSENT;
}

CASE(g31_covered)
{
    case_g31_private_devices();
    facts.sys.around.has_private_devices = false;
}

CASE(g31_unit_denies)
{
    never_opened(EPERM);
    in_unit();
    facts.sys.around.does_unit_deny = true;
}

CASE(g31_unit_denies_all)
{
    case_g31_unit_denies();
    facts.sys.access.null_error = EPERM;
    facts.sys.around.is_strict = true;
}

CASE(g31_unit_allows)
{
    never_opened(EPERM);
    in_unit();
    facts.sys.around.is_unit_known = true;
}

CASE(g32_root_unit)
{
    outsider();
    facts_root_user();
    in_unit();
}

/* Root is listed, and that helps a login only. */
CASE(g32_root_unit_listed)
{
    case_g32_root_unit();
    facts.sys.access.is_listed = true;
}

CASE(g32_dynamic_user)
{
    outsider();
    in_unit();
    facts.sys.access.uid = 61234;
    facts.sys.access.user[0] = '\0';
}

CASE(g7_older_unit)
{
    case_g7_older_login();
    in_unit();
}

CASE(g41_far_group)
{
    case_g7_older_login();
    SET(facts.sys.access.far_group, "domain-users");
    facts.sys.access.far_gid = 1000000;
}

CASE(g41_far_group_alpine)
{
    case_g41_far_group();
    facts.sys.place.distro = DISTRO_ALPINE;
}

CASE(g6_first_is_a_user)
{
    outsider();
    facts.sys.node.gid = 0;
    SET(facts.sys.access.group, "root");
    facts.sys.around.is_first_known = true;
    facts.sys.around.first_uid = 1000;
    facts.sys.around.first_gid = 1000;
}

CASE(g6_group_root)
{
    outsider();
    facts.sys.node.gid = 0;
    SET(facts.sys.access.group, "root");
    facts.sys.access.has_render = false;
}

CASE(g6_group_root_docker)
{
    case_g6_group_root();
    facts_at(PLACE_DOCKER);
}

const struct verify_case VERIFY_CASES_SYS[] = {
    ROW(g1_lxc, STATUS_NO_NODE, "g1"),
    ROW(g1_lxc_unknown_starter, STATUS_NO_NODE, "g1"),
    ROW(g1_incus, STATUS_NO_NODE, "g1"),
    ROW(g1_lxd, STATUS_NO_NODE, "g1"),
    ROW(g1_oci, STATUS_NO_NODE, "g1"),
    ROW(g1_docker, STATUS_NO_NODE, "g1"),
    ROW(g1_vm, STATUS_NO_NODE, "g1"),
    ROW(g1_host, STATUS_NO_NODE, "g1"),
    ROW(g1_nspawn, STATUS_NO_NODE, "g1"),
    ROW(g1_hidden_folder, STATUS_NO_NODE, "g1"),
    ROW(g2_another_node, STATUS_NO_NODE, "g2"),
    ROW(g3_regular_file, STATUS_WRONG_KIND, "g3"),
    ROW(g3_elsewhere, STATUS_WRONG_KIND, "g3"),
    ROW(g3_folder, STATUS_WRONG_KIND, "g3"),
    ROW(g3_folder_host, STATUS_WRONG_KIND, "g3"),
    ROW(g4_number, STATUS_WRONG_KIND, "g4"),
    ROW(g4_number_host, STATUS_WRONG_KIND, "g4"),
    ROW(g4_name, STATUS_WRONG_KIND, "g4"),
    ROW(g5_root_started, STATUS_UNMAPPED, "g5"),
    ROW(g5_oci, STATUS_UNMAPPED, "g5"),
    ROW(g5_incus, STATUS_UNMAPPED, "g5"),
    ROW(g5_user_started, STATUS_UNMAPPED, "g5"),
    ROW(g5_unknown_starter, STATUS_UNMAPPED, "g5"),
    ROW(g5_hostile_name, STATUS_UNMAPPED, "g5"),
    ROW(g6_not_in_group, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_alpine, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_docker, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_nameless, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_oci, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_host, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_mode, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g7_older_login, STATUS_NOT_IN_GROUP, "g7"),
    ROW(g8_foreign_group, STATUS_NOT_IN_GROUP, "g8"),
    ROW(g8_works, STATUS_PASS, "g8"),
    ROW(g9_unmapped_for_root, STATUS_UNMAPPED, "g9"),
    ROW(g10_cgroup_denies, STATUS_CGROUP, "g10"),
    ROW(g10_oci, STATUS_CGROUP, "g10"),
    ROW(g10_incus, STATUS_CGROUP, "g10"),
    ROW(g10_v1, STATUS_CGROUP, "g10"),
    ROW(g10_docker, STATUS_CGROUP, "g10"),
    ROW(g11_nodev, STATUS_WRONG_KIND, "g11"),
    ROW(g11_namespace, STATUS_WRONG_KIND, "g11"),
    ROW(g12_no_kernel_driver, STATUS_NO_KERNEL_DRIVER, "g12"),
    ROW(g12_no_gpu_driver, STATUS_NO_KERNEL_DRIVER, "g12"),
    ROW(g12_busy, STATUS_NO_KERNEL_DRIVER, "g12"),
    ROW(g28_lone_rule, STATUS_CGROUP, "g28"),
    ROW(g29_root_without_power, STATUS_NOT_IN_GROUP, "g29"),
    ROW(g22_open, STATUS_HUNG, "g22"),
    ROW(g31_private_devices, STATUS_NO_NODE, "g31"),
    ROW(g31_private_and_absent, STATUS_NO_NODE, "g1"),
    ROW(g31_covered, STATUS_NO_NODE, "g31"),
    ROW(g31_unit_denies, STATUS_CGROUP, "g31"),
    ROW(g31_unit_denies_all, STATUS_CGROUP, "g31"),
    ROW(g31_unit_allows, STATUS_CGROUP, "g10"),
    ROW(g32_root_unit, STATUS_NOT_IN_GROUP, "g32"),
    ROW(g32_root_unit_listed, STATUS_NOT_IN_GROUP, "g32"),
    ROW(g32_dynamic_user, STATUS_NOT_IN_GROUP, "g32"),
    ROW(g7_older_unit, STATUS_NOT_IN_GROUP, "g7"),
    ROW(g41_far_group, STATUS_NOT_IN_GROUP, "g41"),
    ROW(g41_far_group_alpine, STATUS_NOT_IN_GROUP, "g41"),
    ROW(g6_first_is_a_user, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_group_root, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g6_group_root_docker, STATUS_NOT_IN_GROUP, "g6"),
    ROW(g34_cloud_kernel, STATUS_NO_NODE, "g34"),
    ROW(g34_not_loaded, STATUS_NO_NODE, "g34"),
    ROW(g34_not_taken, STATUS_NO_NODE, "g34"),
    ROW(g34_vfio, STATUS_NO_NODE, "g34"),
    ROW(g34_in_a_container, STATUS_NO_NODE, "g1"),
    ROW(g37_selinux_open, STATUS_WRONG_KIND, "g37"),
    ROW(g37_apparmor_open, STATUS_WRONG_KIND, "g37"),
    ROW(g11_apparmor_lxc, STATUS_WRONG_KIND, "g11"),
    ROW(g33_docker_in_lxc, STATUS_UNMAPPED, "g33"),
    {0},
};
