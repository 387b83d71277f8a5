/** Acts on the work tree: one at a time, each followed by looking anew. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useProject } from "@/features/projects";
import { tell } from "@/ui/toasts";

interface Act {
  readonly does: () => Promise<unknown>;
  /** What was done, told when it is. */
  readonly told?: string;
}

export interface Doing {
  readonly act: (does: () => Promise<unknown>, told?: string) => Promise<boolean>;
  readonly busy: boolean;
  readonly error: unknown;
  readonly forget: () => void;
}

export function useDoing(): Doing {
  const project = useProject();
  const known = useQueryClient();
  const doing = useMutation({
    mutationFn: ({ does }: Act) => does(),
    onSuccess: (_, { told }) => {
      if (told) tell(told);
    },
    onSettled: () => known.invalidateQueries({ queryKey: ["git", project] }),
  });
  return {
    act: (does, told) =>
      doing.mutateAsync({ does, ...(told ? { told } : {}) }).then(
        () => true,
        () => false, // `error` is shown where it was asked for
      ),
    busy: doing.isPending,
    error: doing.error,
    forget: doing.reset,
  };
}
